-- How a function's calls are split over its revisions. Null: all to the newest, as it was before there was a choice.

ALTER TABLE functions ADD COLUMN traffic jsonb;
