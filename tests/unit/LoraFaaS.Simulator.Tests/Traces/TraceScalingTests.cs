using LoraFaaS.Simulator.Traces;

namespace LoraFaaS.Simulator.Tests.Traces;

public sealed class TraceScalingTests
{
    private static readonly TraceFunction[] Two = [new("a", 0, 50), new("b", 0, 50)];

    [Theory]
    [InlineData(0.1)]
    [InlineData(40)]
    public void A_scaled_trace_has_the_rate_that_is_asked_and_the_same_calls(double callsPerSecond)
    {
        var trace = TraceGenerator.Gamma(Two, 3, 200, 2, 1, TokenLengths.Gsm8K, 3, countFrom: 50);
        var scaled = TraceScaling.To(trace, callsPerSecond);

        Assert.Equal(callsPerSecond, scaled.Arrival.Count(arrival => arrival >= scaled.CountFrom) / (scaled.Length - scaled.CountFrom), 1e-9);
        Assert.Equal(trace.Arrival.Count(arrival => arrival >= trace.CountFrom), scaled.Arrival.Count(arrival => arrival >= scaled.CountFrom));
        Assert.Equal(trace.Function, scaled.Function);
        Assert.Equal(trace.Arrival[7] / trace.Length, scaled.Arrival[7] / scaled.Length, 1e-12);
    }

    [Fact]
    public void A_trace_without_counted_calls_has_no_rate()
    {
        var trace = TraceGenerator.Gamma(Two, 3, 20, 1, 1, TokenLengths.Gsm8K, 3, countFrom: 1_000);

        Assert.Throws<ArgumentException>(() => TraceScaling.To(trace, 5));
    }
}
