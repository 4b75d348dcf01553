# %% otter after title
import otter
grader = otter.Notebook("rnn_lab.ipynb")

# %% check_split after split
grader.check("split")

# %% check_forward after rnn_check
grader.check("forward")
grader.check("grad_w")

# %% check_all after threshold
grader.check_all()
