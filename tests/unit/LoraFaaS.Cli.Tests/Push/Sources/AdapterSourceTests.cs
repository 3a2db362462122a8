using LoraFaaS.Cli.Push.Sources;
using LoraFaaS.TestKit.Files;

namespace LoraFaaS.Cli.Tests.Push.Sources;

public sealed class AdapterSourceTests : IDisposable
{
    private static readonly HubSettings Hub = new(new Uri("https://hub.example/"), null);

    private readonly TempFolder _temp = new();

    public void Dispose() => _temp.Dispose();

    [Fact]
    public void A_folder_an_archive_an_address_and_a_repository_are_told_apart()
    {
        File.WriteAllText(_temp.File("a.tar.gz"), "");

        Assert.IsType<AdapterSource.Folder>(AdapterSource.Read(_temp.Path, Hub));
        Assert.IsType<AdapterSource.Archive>(AdapterSource.Read(_temp.File("a.tar.gz"), Hub));
        Assert.IsType<AdapterSource.Web>(AdapterSource.Read("https://example.com/a.tar.gz", Hub));
        Assert.IsType<AdapterSource.Hub>(AdapterSource.Read("hf://owner/name", Hub));
        Assert.IsType<AdapterSource.Hub>(AdapterSource.Read("https://hub.example/owner/name", Hub));
    }

    [Theory]
    [InlineData("owner/name", "hf://owner/name")]
    [InlineData("s3://bucket/a.tar", "an adapter is taken from")]
    [InlineData("./nowhere", "There is no folder or archive ./nowhere")]
    public void What_is_none_of_them_is_told_what_it_could_be(string text, string said) =>
        Assert.Contains(said, Assert.Throws<UsageException>(() => AdapterSource.Read(text, Hub)).Message, StringComparison.Ordinal);

    [Fact]
    public void The_hub_is_the_one_that_its_own_tools_are_told_of()
    {
        Assert.Equal("https://huggingface.co/", HubSettings.Read(_ => null).Endpoint.AbsoluteUri);
        Assert.Equal("http://mirror:8080/hub/", HubSettings.Read(name => name == "HF_ENDPOINT" ? "http://mirror:8080/hub" : " t ").Endpoint.AbsoluteUri);
        Assert.Throws<UsageException>(() => HubSettings.Read(_ => "not an address"));
    }
}
