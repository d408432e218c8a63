-- This dataset was wrong: which versions follow from it?
-- dataset: customers:customers
-- stage: prod
select ref, type, stages, steps
from models_using($dataset, $stage)
