# %% imports
%matplotlib widget
%load_ext nb_black
import seaborn as sns
import csv
import urllib.request
from operator import itemgetter
from typing import Tuple, Dict

import torch

torch.set_num_interop_threads(1)
from torch import Tensor
from torch.distributions import Normal

import matplotlib
import matplotlib.pyplot as plt
from matplotlib_inline.backend_inline import set_matplotlib_formats

matplotlib.use('TkAgg')
plt.switch_backend('Qt5Agg')
plt.style.use('seaborn')
sns.set_theme()
import nest_asyncio
nest_asyncio.apply()
set_matplotlib_formats('png', 'pdf')

# %% loss
@torch.compile
def mse_loss_func(y_true: Tensor, y_pred: Tensor) -> Tensor:
    return (y_pred - y_true) ** 2

# %% train
rnn, losses = train_rnn(data_train, num_steps=500)
with plt.style.context('seaborn-talk'):
    plt.plot([i for i in range(len(losses))], losses)
    plt.show()

# %% clean_up after threshold
%reset -f
