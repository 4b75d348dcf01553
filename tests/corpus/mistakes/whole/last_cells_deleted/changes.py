# %% training_step
# %% training_loop
# %% train
# %% threshold
# %% evaluate
# %% scatter
