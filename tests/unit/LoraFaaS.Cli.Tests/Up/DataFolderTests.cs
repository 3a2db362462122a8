using LoraFaaS.Cli.Up;

namespace LoraFaaS.Cli.Tests.Up;

public sealed class DataFolderTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("lorafaas-data-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Secrets_are_made_once_and_only_their_owner_reads_them()
    {
        var first = DataFolder.Open(_folder);
        var password = File.ReadAllText(first.EnsurePasswordFile(null));
        var token = File.ReadAllText(first.TokenFile);
        var key = File.ReadAllText(first.SecretsKeyFile);

        var second = DataFolder.Open(_folder);

        Assert.Equal(password, File.ReadAllText(second.EnsurePasswordFile(null)));
        Assert.Equal(token, File.ReadAllText(second.TokenFile));
        Assert.Equal(key, File.ReadAllText(second.SecretsKeyFile));
        Assert.Matches("^[0-9a-f]{64}$", key);
        Assert.NotEqual(key, token);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(second.SecretsKeyFile));
        Assert.Equal(24, password.Length);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(second.TokenFile));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(second.EnsurePasswordFile(null)));
    }

    [Fact]
    public void A_folder_that_cannot_be_made_is_named_in_one_line()
    {
        var file = Path.Combine(_folder, "file");
        File.WriteAllText(file, "");

        var fault = Assert.Throws<UsageException>(() => DataFolder.Open(Path.Combine(file, "below")));

        Assert.Contains("--data", fault.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', fault.Message);
    }

    [Fact]
    public void A_password_file_that_is_not_there_is_refused() =>
        Assert.Throws<UsageException>(() => DataFolder.Open(_folder).EnsurePasswordFile(Path.Combine(_folder, "none")));
}
