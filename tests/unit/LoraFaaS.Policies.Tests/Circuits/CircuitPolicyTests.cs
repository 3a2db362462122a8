using LoraFaaS.Policies.Circuits;

namespace LoraFaaS.Policies.Tests.Circuits;

public sealed class CircuitPolicyTests
{
    private static readonly CircuitLimits Limits = new(3, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(5));

    [Fact]
    public void Failures_in_a_row_open_it_and_one_answer_between_them_does_not()
    {
        var circuit = Fail(Fail(Circuit.Closed, 0), 0);
        Assert.Equal(CircuitState.Closed, circuit.State);
        Assert.Equal(CircuitState.Closed, Fail(CircuitPolicy.Succeeded(), 0).State);

        circuit = Fail(circuit, 10);

        Assert.Equal(CircuitState.Open, circuit.State);
        Assert.False(CircuitPolicy.MayTry(circuit, TimeSpan.FromSeconds(10.9)));
        Assert.True(CircuitPolicy.MayTry(circuit, TimeSpan.FromSeconds(11)));
    }

    [Fact]
    public void One_call_tries_an_open_one_and_the_others_wait_for_its_end()
    {
        var trying = CircuitPolicy.Begin(Opened(at: 0), TimeSpan.FromSeconds(1), Limits);

        Assert.Equal(CircuitState.HalfOpen, trying.State);
        Assert.False(CircuitPolicy.MayTry(trying, TimeSpan.FromSeconds(2)));

        // Unless it is never heard of again.
        Assert.True(CircuitPolicy.MayTry(trying, TimeSpan.FromSeconds(6)));
    }

    [Fact]
    public void Each_try_that_fails_doubles_the_pause_up_to_the_longest()
    {
        var circuit = Opened(at: 0);
        var pauses = new List<double>();

        for (var turn = 0; turn < 5; turn++)
        {
            pauses.Add(circuit.Pause.TotalSeconds);
            circuit = CircuitPolicy.Failed(CircuitPolicy.Begin(circuit, circuit.Until, Limits), circuit.Until, Limits);
        }

        Assert.Equal([1, 2, 4, 5, 5], pauses);
    }

    [Fact]
    public void What_was_under_way_when_it_opened_does_not_lengthen_the_pause()
    {
        var opened = Opened(at: 0);

        Assert.Equal(opened.Until, Fail(Fail(opened, 0.5), 0.9).Until);
    }

    private static Circuit Opened(double at) => Fail(Fail(Fail(Circuit.Closed, at), at), at);

    private static Circuit Fail(Circuit circuit, double at) => CircuitPolicy.Failed(circuit, TimeSpan.FromSeconds(at), Limits);
}
