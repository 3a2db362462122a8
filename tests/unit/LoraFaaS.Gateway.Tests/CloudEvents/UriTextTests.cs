using LoraFaaS.Gateway.CloudEvents;

namespace LoraFaaS.Gateway.Tests.CloudEvents;

public sealed class UriTextTests
{
    [Theory]
    [InlineData("https://github.com/cloudevents", true, true)]
    [InlineData("mailto:cncf-wg-serverless@lists.cncf.io", true, true)]
    [InlineData("urn:uuid:6e8bc430-9c3a-11d9-9669-0800200c9a66", true, true)]
    [InlineData("/cloudevents/spec/pull/123", true, false)]
    [InlineData("1-555-123-4567", true, false)]
    [InlineData("?q=a:b#f", true, false)]
    [InlineData("/a%20b", true, false)]
    [InlineData("", false, false)]
    [InlineData("a b", false, false)]
    [InlineData("/a%2", false, false)]
    [InlineData("/a%zz", false, false)]
    [InlineData("/<a>", false, false)]
    [InlineData(":nothing", false, false)]
    [InlineData("1a:b", false, false)]
    [InlineData("/a#b#c", false, false)]
    [InlineData("/é", false, false)]
    public void References_are_told_from_other_text(string text, bool reference, bool absolute)
    {
        Assert.Equal(reference, UriText.IsReference(text));
        Assert.Equal(absolute, UriText.IsAbsolute(text));
    }
}
