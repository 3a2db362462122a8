using LoraFaaS.Gateway.Admission;

namespace LoraFaaS.Gateway.Tests.Admission;

public sealed class TimeoutHeaderTests
{
    [Theory]
    [InlineData("30", 30_000)]
    [InlineData("0.5", 500)]
    [InlineData("500ms", 500)]
    [InlineData("1m30s", 90_000)]
    [InlineData("1h", 3_600_000)]
    public void Seconds_and_Go_durations_are_read(string text, int milliseconds)
    {
        Assert.True(TimeoutHeader.TryParse(text, out var duration));
        Assert.Equal(milliseconds, duration.TotalMilliseconds);
    }

    [Theory]
    [InlineData("")]
    [InlineData(null)]
    [InlineData("soon")]
    [InlineData("5x")]
    [InlineData("-5s")]
    [InlineData("1.2.3s")]
    [InlineData("999999h")]
    [InlineData("s")]
    public void Anything_else_is_not(string? text) => Assert.False(TimeoutHeader.TryParse(text, out _));
}
