using LoraFaaS.Worker.Isolation;

namespace LoraFaaS.Worker.Tests.Isolation;

public sealed class OneLineTests
{
    [Theory]
    [InlineData("/etc/x\nwarn: sandbox-1 of victim was refused ptrace", "/etc/x warn: sandbox-1 of victim was refused ptrace")]
    [InlineData("a\r\u001b[2Jb\u0085c\u2028d\u2029e\u0000f", "a  [2Jb c d e f")]
    [InlineData("tab\tstays, ümlaut too", "tab\tstays, ümlaut too")]
    public void Nothing_in_it_ends_the_line_or_speaks_to_a_terminal(string text, string expected) => Assert.Equal(expected, OneLine.Of(text));

    [Fact]
    public void It_is_cut_where_it_is_told() => Assert.Equal("abc", OneLine.Of("abcdef", 3));
}
