"""What was promised and drawn is never changed, and none of it is deleted before two years after the draw's end.

Source: 规范促销行为暂行规定 (2020), Art 19. A shop's rows may leave with their shop.
"""

from django.db import migrations

KEEP = """
CREATE FUNCTION draws_keep() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE ended timestamptz;
BEGIN
    IF OLD.shop_id::text = current_setting('jiacan.moved_shop', true) THEN
        RETURN OLD;
    END IF;
    IF TG_TABLE_NAME = 'draws_draw' THEN
        ended := OLD.over_at;
    ELSE
        SELECT over_at INTO ended FROM draws_draw WHERE id = (to_jsonb(OLD) ->> 'draw_id')::bigint;
    END IF;
    IF ended + interval '2 years' < now() THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'records of a draw are kept for two years after its end' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER kept_two_years BEFORE DELETE ON draws_draw FOR EACH ROW EXECUTE FUNCTION draws_keep();
CREATE TRIGGER kept_two_years BEFORE DELETE ON draws_ticket FOR EACH ROW EXECUTE FUNCTION draws_keep();
CREATE TRIGGER kept_two_years BEFORE DELETE ON draws_win FOR EACH ROW EXECUTE FUNCTION draws_keep();
"""

FIX = """
CREATE FUNCTION draws_fix_draw() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.shop_id, NEW.plan_id, NEW.draw_id, NEW.code, NEW.mode, NEW.facts, NEW.terms, NEW.commitment, NEW.rules,
            NEW.sealed_seed, NEW.sealed_key, NEW.announced_at, NEW.ends_at)
        IS DISTINCT FROM (OLD.shop_id, OLD.plan_id, OLD.draw_id, OLD.code, OLD.mode, OLD.facts, OLD.terms,
            OLD.commitment, OLD.rules, OLD.sealed_seed, OLD.sealed_key, OLD.announced_at, OLD.ends_at)
        OR (OLD.public_value <> '' AND (NEW.public_value, NEW.valued_at, NEW.valued_by, NEW.value_note)
            IS DISTINCT FROM (OLD.public_value, OLD.valued_at, OLD.valued_by, OLD.value_note))
        OR (OLD.closed_at IS NOT NULL AND (NEW.closed_at, NEW.head, NEW.tickets)
            IS DISTINCT FROM (OLD.closed_at, OLD.head, OLD.tickets))
        OR (OLD.over_at IS NOT NULL AND NEW.over_at IS DISTINCT FROM OLD.over_at)
        OR (OLD.seed <> '' AND (NEW.seed, NEW.revealed_at) IS DISTINCT FROM (OLD.seed, OLD.revealed_at))
        OR NEW.tickets < OLD.tickets THEN
        RAISE EXCEPTION 'what was announced of a draw is never changed' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER never_changed BEFORE UPDATE ON draws_draw FOR EACH ROW EXECUTE FUNCTION draws_fix_draw();

CREATE FUNCTION draws_fix_ticket() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.shop_id, NEW.draw_id, NEW.order_id, NEW.offer_id, NEW.piece, NEW.issued, NEW.earned_at)
        IS DISTINCT FROM (OLD.shop_id, OLD.draw_id, OLD.order_id, OLD.offer_id, OLD.piece, OLD.issued, OLD.earned_at)
        OR (OLD.number IS NOT NULL AND (NEW.number, NEW.ticket_id, NEW.customer, NEW.deck_id, NEW.before, NEW.head)
            IS DISTINCT FROM (OLD.number, OLD.ticket_id, OLD.customer, OLD.deck_id, OLD.before, OLD.head))
        OR (OLD.state = 'drawn' AND (NEW.state, NEW.card, NEW.guaranteed, NEW.prize, NEW.drawn_at)
            IS DISTINCT FROM (OLD.state, OLD.card, OLD.guaranteed, OLD.prize, OLD.drawn_at)) THEN
        RAISE EXCEPTION 'a ticket of the log is never changed' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER never_changed BEFORE UPDATE ON draws_ticket FOR EACH ROW EXECUTE FUNCTION draws_fix_ticket();

CREATE FUNCTION draws_fix_win() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.shop_id, NEW.draw_id, NEW.ticket_id, NEW.prize, NEW.rung, NEW.won_at)
        IS DISTINCT FROM (OLD.shop_id, OLD.draw_id, OLD.ticket_id, OLD.prize, OLD.rung, OLD.won_at) THEN
        RAISE EXCEPTION 'who won what is never changed' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER never_changed BEFORE UPDATE ON draws_win FOR EACH ROW EXECUTE FUNCTION draws_fix_win();
"""

UNDO = """
DROP FUNCTION draws_keep() CASCADE;
DROP FUNCTION draws_fix_draw() CASCADE;
DROP FUNCTION draws_fix_ticket() CASCADE;
DROP FUNCTION draws_fix_win() CASCADE;
"""


class Migration(migrations.Migration):
    dependencies = [("draws", "0001_draws_and_tickets")]

    operations = [migrations.RunSQL(KEEP + FIX, UNDO)]
