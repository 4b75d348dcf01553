# %% [markdown] thanks after title
# Thank you for the nice exercise!
