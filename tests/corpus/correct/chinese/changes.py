# %% [markdown] 说明 after title
# ## 我的解答
# 循环神经网络的反向传播。

# %% 常数 after imports
每天小时数 = 24
学习率 = 0.05
批量大小 = 4
plt.rcParams['font.family'] = 'sans-serif'

# %% random_day
def get_random_day(data: Tensor) -> Tuple[Tensor, Tensor]:
    """从数据集中随机取连续的二十四小时。"""
    起点 = torch.randint(0, len(data) - 每天小时数, (1,))  # 保证目标不越界
    return data[起点: 起点 + 每天小时数], data[起点 + 每天小时数, 1]

# %% rnn.forward
def forward(self, x: Tensor) -> Tuple[Tensor, Tensor]:
    """前向传播:返回所有隐藏状态和预测值。"""
    隐藏 = torch.zeros(len(x) + 1, self.hidden_state_size)
    for 时刻 in range(len(x)):
        隐藏[时刻 + 1] = torch.tanh(self.w @ 隐藏[时刻] + self.u @ x[时刻] + self.b)
    return 隐藏[1:], self.v @ 隐藏[-1] + self.c

# %% training_loop
def train_rnn(data_train: Tensor, num_steps) -> Tuple[RNN, list]:
    损失列表 = []
    网络 = RNN()
    for 步 in range(num_steps):
        损失列表.append(do_training_step(网络, data_train, 批量大小, 学习率))
        if 步 % 100 == 0:
            print(f'第 {步} 步,损失:{损失列表[-1]:.4f} 🌡️')
    return 网络, 损失列表
