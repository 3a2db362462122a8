-- The workers that a plan looked at: of others it says nothing, and what they hold is not left out of it.

ALTER TABLE preload_plans ADD COLUMN workers text[] NOT NULL DEFAULT '{}';
