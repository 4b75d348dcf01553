# %% too_strict after threshold
assert losses[-1] < 0.0001, 'why is it not smaller???'
