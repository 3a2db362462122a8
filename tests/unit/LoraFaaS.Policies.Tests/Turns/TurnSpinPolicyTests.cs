using LoraFaaS.Policies.Turns;

namespace LoraFaaS.Policies.Tests.Turns;

public sealed class TurnSpinPolicyTests
{
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(2);

    [Fact]
    public void As_many_spin_as_processors_are_left_beside_the_device()
    {
        Assert.True(TurnSpinPolicy.Spins(processors: 8, capacity: 6, spinning: 1, Short));
        Assert.False(TurnSpinPolicy.Spins(processors: 8, capacity: 6, spinning: 2, Short));
        Assert.False(TurnSpinPolicy.Spins(processors: 8, capacity: 8, spinning: 0, Short));
        Assert.False(TurnSpinPolicy.Spins(processors: 2, capacity: 4, spinning: 0, Short));
    }

    [Fact]
    public void Nobody_spins_beside_a_turn_that_is_long_or_of_which_nothing_is_known()
    {
        Assert.True(TurnSpinPolicy.Spins(processors: 8, capacity: 6, spinning: 0, TurnSpinPolicy.Longest));
        Assert.False(TurnSpinPolicy.Spins(processors: 8, capacity: 6, spinning: 0, TurnSpinPolicy.Longest + TimeSpan.FromTicks(1)));
        Assert.False(TurnSpinPolicy.Spins(processors: 8, capacity: 6, spinning: 0, before: null));
    }
}
