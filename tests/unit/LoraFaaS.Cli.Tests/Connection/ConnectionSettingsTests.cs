using LoraFaaS.Cli.Connection;

namespace LoraFaaS.Cli.Tests.Connection;

public sealed class ConnectionSettingsTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("lorafaas-cli-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Without_anything_the_usual_address_is_taken()
    {
        var settings = Resolve();

        Assert.Equal(new Uri("http://127.0.0.1:8080"), settings.Gateway);
        Assert.Null(settings.Password);
    }

    [Fact]
    public void An_option_beats_the_environment_and_the_stack_file()
    {
        var settings = Resolve(gateway: "http://a:1", stack: new Uri("http://b:2"), variables: ("OPENFAAS_URL", "http://c:3"));

        Assert.Equal(new Uri("http://a:1"), settings.Gateway);
    }

    [Fact]
    public void A_stack_file_beats_the_environment_unless_it_names_the_usual_address()
    {
        Assert.Equal(new Uri("http://b:2"), Resolve(stack: new Uri("http://b:2"), variables: ("OPENFAAS_URL", "http://c:3")).Gateway);
        Assert.Equal(new Uri("http://c:3"), Resolve(stack: new Uri("http://127.0.0.1:8080"), variables: ("OPENFAAS_URL", "http://c:3")).Gateway);
    }

    [Fact]
    public void The_last_platform_started_is_remembered_with_its_password()
    {
        var password = Path.Combine(_folder, "password");
        File.WriteAllText(password, "secret\n");
        Remember("http://127.0.0.1:9999", password);

        var settings = Resolve();

        Assert.Equal(new Uri("http://127.0.0.1:9999"), settings.Gateway);
        Assert.Equal("secret", settings.Password);
    }

    [Fact]
    public void A_remembered_password_is_not_sent_to_another_gateway()
    {
        var password = Path.Combine(_folder, "password");
        File.WriteAllText(password, "secret");
        Remember("http://127.0.0.1:9999", password);

        Assert.Null(Resolve(gateway: "http://elsewhere:80").Password);
    }

    [Theory]
    [InlineData("not a url")]
    [InlineData("ftp://x")]
    public void An_address_that_is_none_is_a_usage_fault(string gateway) =>
        Assert.Throws<UsageException>(() => Resolve(gateway: gateway));

    [Fact]
    public void A_missing_password_file_is_a_usage_fault() =>
        Assert.Throws<UsageException>(() => ConnectionSettings.Resolve(null, null, Path.Combine(_folder, "none"), null, Environment()));

    private ConnectionSettings Resolve(string? gateway = null, Uri? stack = null, params (string Name, string Value)[] variables) =>
        ConnectionSettings.Resolve(gateway, null, null, stack, Environment(variables));

    private void Remember(string gateway, string passwordFile) =>
        new ConnectionContext { Gateway = gateway, User = "admin", PasswordFile = passwordFile }.Write(Environment());

    private Func<string, string?> Environment(params (string Name, string Value)[] variables) =>
        name => name == "LORAFAAS_CONFIG" ? _folder : variables.FirstOrDefault(variable => variable.Name == name).Value;
}
