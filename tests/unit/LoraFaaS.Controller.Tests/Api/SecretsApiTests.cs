using System.Text;
using System.Text.Json;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.Controller.Tests.Support;
using LoraFaaS.ControlPlane.Ports;
using LoraFaaS.ControlPlane.Secrets;
using LoraFaaS.TestKit.Files;
using Microsoft.Extensions.DependencyInjection;

namespace LoraFaaS.Controller.Tests.Api;

/// <summary>Secrets as faas-cli handles them, and what lies on the disk.</summary>
public sealed class SecretsApiTests(DemoController demo) : IClassFixture<DemoController>
{
    private readonly ControllerUnderTest _controller = demo.Controller;

    [Fact]
    public async Task A_secret_is_created_once_updated_listed_and_removed_with_the_codes_that_clients_take()
    {
        const string Body = """{"name":"life","namespace":"openfaas-fn","value":"one"}""";

        Assert.Equal(404, (await AskAsync("PUT", Body)).Status);
        Assert.Equal((201, ""), await AskAsync("POST", Body));
        Assert.Equal(409, (await AskAsync("POST", Body)).Status);
        Assert.Equal((202, ""), await AskAsync("PUT", """{"name":"life","value":"two"}"""));
        Assert.Contains("""{"name":"life","namespace":"openfaas-fn"}""", (await AskAsync("GET")).Body, StringComparison.Ordinal);
        Assert.Equal("two", await OpenAsync("life"));
        Assert.Equal((202, ""), await AskAsync("DELETE", """{"name":"life"}"""));
        Assert.Equal(404, (await AskAsync("DELETE", """{"name":"life"}""")).Status);
        Assert.DoesNotContain("life", (await AskAsync("GET")).Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Raw_bytes_win_over_text()
    {
        var raw = Convert.ToBase64String([0, 255, 10]);

        Assert.Equal(201, (await AskAsync("POST", $$"""{"name":"raw","value":"text","rawValue":"{{raw}}"}""")).Status);
        Assert.Equal(201, (await AskAsync("POST", """{"name":"empty-raw","value":"text","rawValue":""}""")).Status);
        Assert.Equal(201, (await AskAsync("POST", """{"name":"null-raw","value":"text","rawValue":null}""")).Status);

        Assert.Equal([0, 255, 10], await OpenBytesAsync("raw"));
        Assert.Equal("text", await OpenAsync("empty-raw"));
        Assert.Equal("text", await OpenAsync("null-raw"));
    }

    [Theory]
    [InlineData("""{"value":"x"}""", "name")]
    [InlineData("""{"name":"Upper","value":"x"}""", "name")]
    [InlineData("""{"name":"a..b","value":"x"}""", "name")]
    [InlineData("""{"name":"../etc","value":"x"}""", "name")]
    [InlineData("""{"name":"a"}""", "value")]
    [InlineData("""{"name":"a","value":""}""", "value")]
    [InlineData("""{"name":"a","rawValue":"%%%"}""", "rawValue")]
    [InlineData("""{"name":"a","value":"x","namespace":"unknown"}""", "namespace")]
    [InlineData("[]", "JSON")]
    public async Task What_is_wrong_is_400_and_named(string body, string named)
    {
        var (status, text) = await AskAsync("POST", body);

        Assert.Equal(400, status);
        Assert.Contains(named, text, StringComparison.Ordinal);
        Assert.Equal(text.Length - 1, text.IndexOf('\n', StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_value_that_is_too_long_is_413()
    {
        Assert.Equal(413, (await AskAsync("POST", JsonSerializer.Serialize(new { name = "long", value = new string('x', SecretRegistry.MaxBytes + 1) }))).Status);
        Assert.Equal(413, (await AskAsync("POST", JsonSerializer.Serialize(new { name = "long", value = new string('x', 2 << 20) }))).Status);
    }

    [Fact]
    public async Task One_name_in_two_namespaces_is_two_secrets_and_keeps_its_namespace_alive()
    {
        await _controller.AskAsync(HttpMethod.Post, "/system/namespace/", """{"name":"vault"}""");
        Assert.Equal(201, (await AskAsync("POST", """{"name":"shared","value":"here"}""")).Status);
        Assert.Equal(201, (await AskAsync("POST", """{"name":"shared","namespace":"vault","value":"there"}""")).Status);

        Assert.Equal((200, """[{"name":"shared","namespace":"vault"}]"""), await _controller.AskAsync(HttpMethod.Get, "/system/secrets?namespace=vault"));
        Assert.Equal(409, (await _controller.AskAsync(HttpMethod.Delete, "/system/namespace/vault")).Status);
        Assert.Equal(202, (await AskAsync("DELETE", """{"name":"shared","namespace":"vault"}""")).Status);
        Assert.Equal(202, (await _controller.AskAsync(HttpMethod.Delete, "/system/namespace/vault")).Status);
        Assert.Equal("here", await OpenAsync("shared"));
    }

    [Fact]
    public async Task A_deployment_may_name_secrets_that_exist_and_no_others()
    {
        const string Deployment = """{"service":"keeper","image":"lora://lory-5m/sentiment:latest","secrets":["deploy-key"]}""";

        var (status, text) = await _controller.AskAsync(HttpMethod.Post, "/system/functions", Deployment);
        Assert.Equal(400, status);
        Assert.Contains("deploy-key", text, StringComparison.Ordinal);

        Assert.Equal(201, (await AskAsync("POST", """{"name":"deploy-key","value":"x"}""")).Status);
        Assert.Equal(202, (await _controller.AskAsync(HttpMethod.Post, "/system/functions", Deployment)).Status);
        Assert.Contains("""
            "secrets":["deploy-key"]
            """, (await _controller.AskAsync(HttpMethod.Get, "/system/function/keeper")).Body, StringComparison.Ordinal);

        Assert.Equal(202, (await AskAsync("DELETE", """{"name":"deploy-key"}""")).Status);
        Assert.Equal(400, (await _controller.AskAsync(HttpMethod.Put, "/system/functions", Deployment)).Status);
    }

    [Fact]
    public async Task No_value_is_on_the_disk_in_clear_and_a_rotated_key_seals_anew_at_the_next_start()
    {
        using var folder = new TempFolder();
        const string Value = "a-value-that-nothing-else-says";
        var raw = Convert.ToBase64String(Encoding.UTF8.GetBytes(Value));

        await using (var first = await ControllerUnderTest.StartOnAsync(folder))
        {
            Assert.Equal(201, (await first.AskAsync(HttpMethod.Post, "/system/secrets", $$"""{"name":"kept","value":"{{Value}}"}""")).Status);
        }

        foreach (var file in Directory.EnumerateFiles(folder.File("data"), "*", SearchOption.AllDirectories))
        {
            var bytes = await File.ReadAllTextAsync(file, Encoding.Latin1);
            Assert.DoesNotContain(Value, bytes, StringComparison.Ordinal);
            Assert.DoesNotContain(raw, bytes, StringComparison.Ordinal);
        }

        var key = folder.File("secrets-key");
        await File.WriteAllTextAsync(key, $"{new string('b', 64)}\n{await File.ReadAllTextAsync(key)}\n");

        await using (var second = await ControllerUnderTest.StartOnAsync(folder))
        {
            var store = second.Services.GetRequiredService<ISecretStore>();
            var current = second.Services.GetRequiredService<SecretKeyRing>().Current!.Id;
            await TestKit.Time.Patience.UntilAsync(async cancellationToken =>
                (await store.FindAsync(NamespaceName.Default, new SecretName("kept"), cancellationToken))!.Value.KeyId == current);
        }

        await File.WriteAllTextAsync(key, new string('b', 64));
        await using var third = await ControllerUnderTest.StartOnAsync(folder);
        Assert.Equal(Value, await OpenAsync(third, "kept"));
    }

    [Fact]
    public async Task Without_a_key_nothing_is_stored()
    {
        await using var bare = await ControllerUnderTest.StartAsync("--Controller:SecretsKeyFile", "");

        var (status, text) = await bare.AskAsync(HttpMethod.Post, "/system/secrets", """{"name":"a","value":"x"}""");

        Assert.Equal(503, status);
        Assert.Contains("Controller:SecretsKeyFile", text, StringComparison.Ordinal);
        Assert.Equal((200, "[]"), await bare.AskAsync(HttpMethod.Get, "/system/secrets"));
    }

    [Fact]
    public async Task A_key_file_that_others_can_read_stops_the_start()
    {
        using var folder = new TempFolder();
        var open = folder.File("open-key");
        await File.WriteAllTextAsync(open, new string('a', 64));
        File.SetUnixFileMode(open, UnixFileMode.UserRead | UnixFileMode.OtherRead);

        await Assert.ThrowsAsync<ServiceDefaults.Hosting.HostStartException>(() => ControllerUnderTest.StartAsync("--Controller:SecretsKeyFile", open));
    }

    private Task<(int Status, string Body)> AskAsync(string method, string? body = null) =>
        _controller.AskAsync(new HttpMethod(method), "/system/secrets", body);

    private async Task<string> OpenAsync(string name) => Encoding.UTF8.GetString(await OpenBytesAsync(name));

    private Task<byte[]> OpenBytesAsync(string name) => OpenBytesAsync(_controller, name);

    private static async Task<string> OpenAsync(ControllerUnderTest controller, string name) =>
        Encoding.UTF8.GetString(await OpenBytesAsync(controller, name));

    private static async Task<byte[]> OpenBytesAsync(ControllerUnderTest controller, string name)
    {
        var record = await controller.Services.GetRequiredService<ISecretStore>().FindAsync(NamespaceName.Default, new SecretName(name), CancellationToken.None);
        Assert.Equal(SealOpening.Opened, controller.Services.GetRequiredService<SecretSealer>().TryOpen(record!, out var value));
        return value;
    }
}
