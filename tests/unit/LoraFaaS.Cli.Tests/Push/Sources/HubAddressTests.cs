using LoraFaaS.Cli.Push.Sources;

namespace LoraFaaS.Cli.Tests.Push.Sources;

public sealed class HubAddressTests
{
    private static readonly Uri Endpoint = new("https://hub.example/");

    [Theory]
    [InlineData("hf://owner/name", "owner/name", "main", "")]
    [InlineData("hf://owner/name@v2", "owner/name", "v2", "")]
    [InlineData("hf://owner/name@refs%2Fpr%2F1/a/b", "owner/name", "refs/pr/1", "a/b")]
    [InlineData("hf://owner/name/checkpoint-50/", "owner/name", "main", "checkpoint-50")]
    [InlineData("https://hub.example/owner/name", "owner/name", "main", "")]
    [InlineData("https://hub.example/owner/name/tree/v2/a", "owner/name", "v2", "a")]
    public void What_people_copy_is_understood(string text, string repository, string revision, string folder)
    {
        Assert.True(HubAddress.IsMeant(text, Endpoint));
        Assert.Equal(new HubAddress(repository, revision, folder), HubAddress.Read(text, Endpoint));
    }

    [Theory]
    [InlineData("hf://owner")]
    [InlineData("hf://")]
    [InlineData("hf:///name")]
    [InlineData("hf://owner/@v1")]
    [InlineData("hf://owner/name@")]
    [InlineData("hf://owner/name/../other")]
    public void What_names_no_repository_is_refused(string text) =>
        Assert.Contains("is not hf://OWNER/NAME", Assert.Throws<UsageException>(() => HubAddress.Read(text, Endpoint)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("https://other.example/owner/name")]
    [InlineData("https://hub.example/owner/name/resolve/main/adapter.tar.gz")]
    [InlineData("./owner/name")]
    public void Anything_else_is_not_meant(string text) => Assert.False(HubAddress.IsMeant(text, Endpoint));

    [Fact]
    public void A_files_address_has_its_parts_escaped() => Assert.Equal(
        "https://hub.example/owner/name/resolve/refs%2Fpr%2F1/a%20b/f.json",
        new HubAddress("owner/name", "refs/pr/1", "a b").Of("f.json", Endpoint).AbsoluteUri);
}
