using LoraFaaS.Gateway.CloudEvents;

namespace LoraFaaS.Gateway.Tests.CloudEvents;

public sealed class HeaderTextTests
{
    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("Euro%20%E2%82%AC%20%F0%9F%98%80", "Euro € 😀")]
    [InlineData("%2541", "%41")]
    [InlineData("\"quoted \\\"text\\\" %41\"", "quoted \"text\" A")]
    [InlineData("  trimmed ", "trimmed")]
    [InlineData("a%2fb", "a/b")]
    [InlineData("\"", "\"")]
    [InlineData("", "")]
    public void A_value_is_unquoted_and_percent_decoded_once(string header, string expected)
    {
        Assert.True(HeaderText.TryDecode(header, out var text));
        Assert.Equal(expected, text);
    }

    [Theory]
    [InlineData("100%")]
    [InlineData("%4")]
    [InlineData("%zz")]
    [InlineData("%C0%A0")]
    [InlineData("%FF")]
    [InlineData("%ED%A0%80")]
    [InlineData("é")]
    [InlineData("a\tb")]
    public void What_is_not_percent_encoded_UTF8_is_refused(string header) => Assert.False(HeaderText.TryDecode(header, out _));

    [Theory]
    [InlineData("Euro € 😀", "Euro%20%E2%82%AC%20%F0%9F%98%80")]
    [InlineData("\"50%\"", "%2250%25%22")]
    [InlineData("~!#azAZ09", "~!#azAZ09")]
    public void What_a_header_cannot_carry_is_encoded_in_upper_case(string text, string expected)
    {
        Assert.Equal(expected, HeaderText.Encode(text));
        Assert.True(HeaderText.TryDecode(expected, out var back));
        Assert.Equal(text, back);
    }
}
