using LoraFaaS.Contracts.Units;
using LoraFaaS.ControlPlane.Functions;

namespace LoraFaaS.Controller.Tests.Functions;

public sealed class GoDurationTests
{
    [Theory]
    [InlineData("0", 0)]
    [InlineData("500ms", 500)]
    [InlineData("1.5s", 1_500)]
    [InlineData("1h30m", 5_400_000)]
    [InlineData("+2m", 120_000)]
    [InlineData("-1s", -1_000)]
    [InlineData("1500us", 1.5)]
    [InlineData("1500\u00b5s", 1.5)]
    [InlineData("100ns", 0.0001)]
    [InlineData(".5s", 500)]
    [InlineData("1.s", 1_000)]
    public void What_Go_reads_is_read(string text, double milliseconds)
    {
        Assert.True(GoDuration.TryParse(text, out var duration));
        Assert.Equal(TimeSpan.FromTicks((long)(milliseconds * TimeSpan.TicksPerMillisecond)), duration);
    }

    [Theory]
    [InlineData("")]
    [InlineData(null)]
    [InlineData("5")]
    [InlineData("s")]
    [InlineData("-")]
    [InlineData(".s")]
    [InlineData("1d")]
    [InlineData("1 s")]
    [InlineData("1..5s")]
    [InlineData("1e3s")]
    [InlineData("99999999999999999999h")]
    [InlineData("9999999999h9999999999h")]
    [InlineData("1s\n")]
    public void What_Go_refuses_is_refused(string? text) => Assert.False(GoDuration.TryParse(text, out _));

    [Fact]
    public void What_is_written_reads_back()
    {
        var random = new Random(3);

        for (var round = 0; round < 1_000; round++)
        {
            var duration = TimeSpan.FromTicks(random.NextInt64(0, TimeSpan.TicksPerDay * 30) / (round % 2 == 0 ? TimeSpan.TicksPerSecond : 1_000) * (round % 2 == 0 ? TimeSpan.TicksPerSecond : 1_000));

            Assert.True(GoDuration.TryParse(GoDuration.Format(duration), out var read), GoDuration.Format(duration));
            Assert.Equal(duration, read);
        }
    }

    [Fact]
    public void Random_text_never_throws()
    {
        const string Alphabet = "0123456789.hmsnu\u00b5+- x";
        var random = new Random(5);

        for (var round = 0; round < 20_000; round++)
        {
            var text = new string(random.GetItems<char>(Alphabet, random.Next(0, 24)));
            Assert.True(!GoDuration.TryParse(text, out var read) || read < TimeSpan.FromDays(40_000));
        }
    }
}
