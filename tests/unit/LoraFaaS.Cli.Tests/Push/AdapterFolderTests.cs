using System.Formats.Tar;
using LoraFaaS.Cli.Push;

namespace LoraFaaS.Cli.Tests.Push;

public sealed class AdapterFolderTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("lorafaas-adapter-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_folder_becomes_a_tar_of_its_two_files()
    {
        File.WriteAllText(Path.Combine(_folder, "adapter_config.json"), "{}");
        File.WriteAllBytes(Path.Combine(_folder, "adapter_model.safetensors"), [1, 2, 3]);
        File.WriteAllText(Path.Combine(_folder, "README.md"), "not sent");

        await using var tar = await AdapterFolder.Open(_folder).ToTarAsync(TestContext.Current.CancellationToken);

        var names = new List<string>();
        await using var reader = new TarReader(tar);

        while (await reader.GetNextEntryAsync(cancellationToken: TestContext.Current.CancellationToken) is { } entry)
        {
            names.Add(entry.Name);
        }

        Assert.Equal(["adapter_config.json", "adapter_model.safetensors"], names);
    }

    [Fact]
    public void A_missing_file_is_named()
    {
        File.WriteAllText(Path.Combine(_folder, "adapter_config.json"), "{}");

        var fault = Assert.Throws<UsageException>(() => AdapterFolder.Open(_folder));

        Assert.Contains("adapter_model.safetensors is missing", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_folder_is_named() =>
        Assert.Contains("There is no folder", Assert.Throws<UsageException>(() => AdapterFolder.Open(Path.Combine(_folder, "none"))).Message, StringComparison.Ordinal);
}
