using LoraFaaS.Contracts.Admin;
using LoraFaaS.Controller.Tests.Support;
using LoraFaaS.ControlPlane.Logs;

namespace LoraFaaS.Controller.Tests.Logs;

public sealed class NewLinesTests
{
    [Theory]
    [InlineData("", "abc", "abc")]
    [InlineData("abc", "abc", "")]
    [InlineData("abc", "abcd", "d")]
    [InlineData("abc", "bcde", "de")]
    [InlineData("abc", "xyz", "xyz")]
    [InlineData("aaa", "aaaa", "a")]
    [InlineData("abc", "", "")]
    public void What_the_log_gained_is_found(string before, string now, string gained) =>
        Assert.Equal(gained, string.Concat(NewLines.Since(Lines(before), Lines(now)).Select(line => line.Text)));

    private static List<LogLine> Lines(string letters) =>
    [
        .. letters.Select(letter => new LogLine
        {
            Name = "f", Namespace = "openfaas-fn", Instance = "w", Timestamp = Facts.Then, Text = letter.ToString(),
        }),
    ];
}
