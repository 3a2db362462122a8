using System.Net;
using System.Text;
using System.Text.Json;
using LoraFaaS.SystemTests.Platform;

namespace LoraFaaS.SystemTests;

/// <summary>The requests that the unmodified faas-cli makes, in its order, with the answers it insists on.</summary>
[Collection(DemoGroup.Name)]
public sealed class FaasCliTests(DemoPlatform demo)
{
    private RunningPlatform Platform => demo.Running;

    [Fact]
    public async Task Login_asks_for_the_list_and_tells_right_from_wrong()
    {
        Assert.Equal(HttpStatusCode.OK, (await SendAsync(HttpMethod.Get, "system/functions")).Status);

        using var wrong = new HttpRequestMessage(HttpMethod.Get, "system/functions");
        wrong.Headers.Authorization = new("Basic", Convert.ToBase64String("admin:wrong"u8));
        using var refused = await Platform.Http.SendAsync(wrong);
        Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
        Assert.Equal("Basic realm=\"Restricted\"", refused.Headers.WwwAuthenticate.ToString());
        Assert.Equal("invalid credentials", (await refused.Content.ReadAsStringAsync()).Trim());

        using var bearer = new HttpRequestMessage(HttpMethod.Get, "system/functions");
        bearer.Headers.TryAddWithoutValidation("Authorization", "Bearer ");
        using var alsoRefused = await Platform.Http.SendAsync(bearer);
        Assert.Equal(HttpStatusCode.Unauthorized, alsoRefused.StatusCode);
    }

    [Fact]
    public async Task Deploy_list_describe_invoke_and_remove()
    {
        const string Deployment = """
            {"service":"faas-made","image":"lora://lory-5m/sentiment:latest","namespace":"","envProcess":"","envVars":{},"constraints":null,
             "secrets":[],"labels":{"team":"reviews"},"annotations":{"topic":"x"},"limits":{"memory":"64Mi","cpu":"100m"},"requests":null,
             "readOnlyRootFilesystem":false,"network":"func_functions","registryAuth":""}
            """;

        var update = await SendAsync(HttpMethod.Put, "system/functions", Deployment);
        Assert.Equal(HttpStatusCode.NotFound, update.Status);

        var create = await SendAsync(HttpMethod.Post, "system/functions", Deployment);
        Assert.True(create.Status is HttpStatusCode.Accepted or HttpStatusCode.OK, $"{create.Status}: {create.Body}");

        var again = await SendAsync(HttpMethod.Put, "system/functions", Deployment);
        Assert.True(again.Status is HttpStatusCode.Accepted or HttpStatusCode.OK, $"{again.Status}: {again.Body}");

        using var list = JsonDocument.Parse((await SendAsync(HttpMethod.Get, "system/functions")).Body);
        var listed = list.RootElement.EnumerateArray().Single(function => function.GetProperty("name").GetString() == "faas-made");
        Assert.Equal("lora://lory-5m/sentiment:latest", listed.GetProperty("image").GetString());
        Assert.Equal("openfaas-fn", listed.GetProperty("namespace").GetString());
        Assert.Equal("faas-made", listed.GetProperty("labels").GetProperty("faas_function").GetString());
        Assert.Equal("reviews", listed.GetProperty("labels").GetProperty("team").GetString());
        Assert.Equal("64Mi", listed.GetProperty("limits").GetProperty("memory").GetString());
        Assert.False(listed.TryGetProperty("requests", out _));
        Assert.False(listed.TryGetProperty("secrets", out _));
        Assert.False(listed.TryGetProperty("envVars", out _));

        using var described = JsonDocument.Parse((await SendAsync(HttpMethod.Get, "system/function/faas-made?usage=1&namespace=openfaas-fn")).Body);
        Assert.Equal("faas-made", described.RootElement.GetProperty("name").GetString());

        var (prompt, expected) = DemoData.First("sentiment");
        Assert.Equal(expected, await Platform.AnswerAsync("faas-made.openfaas-fn", prompt));

        var removed = await SendAsync(HttpMethod.Delete, "system/functions", """{"functionName":"faas-made","namespace":"openfaas-fn"}""");
        Assert.True(removed.Status is HttpStatusCode.Accepted or HttpStatusCode.OK, removed.Status.ToString());
        Assert.Equal(HttpStatusCode.NotFound, (await SendAsync(HttpMethod.Get, "system/function/faas-made")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await SendAsync(HttpMethod.Delete, "system/functions", """{"functionName":"faas-made"}""")).Status);
    }

    [Fact]
    public async Task Info_and_namespaces_have_the_expected_shapes()
    {
        using var info = JsonDocument.Parse((await SendAsync(HttpMethod.Get, "system/info")).Body);
        var provider = info.RootElement.GetProperty("provider");
        Assert.NotEmpty(provider.GetProperty("provider").GetString()!);
        Assert.NotEqual("faasd", provider.GetProperty("provider").GetString());
        Assert.NotEmpty(provider.GetProperty("orchestration").GetString()!);
        Assert.NotEmpty(provider.GetProperty("version").GetProperty("release").GetString()!);
        Assert.NotEmpty(provider.GetProperty("version").GetProperty("sha").GetString()!);
        Assert.NotEmpty(info.RootElement.GetProperty("version").GetProperty("release").GetString()!);
        Assert.NotEmpty(info.RootElement.GetProperty("arch").GetString()!);

        using var namespaces = JsonDocument.Parse((await SendAsync(HttpMethod.Get, "system/namespaces")).Body);
        Assert.Contains("openfaas-fn", namespaces.RootElement.EnumerateArray().Select(name => name.GetString()));
    }

    [Fact]
    public async Task Logs_end_by_themselves_when_not_followed()
    {
        var (prompt, _) = DemoData.First("sentiment");
        await Platform.AnswerAsync("sentiment", prompt);

        await TestKit.Time.Patience.UntilAsync(async _ =>
        {
            var logs = await SendAsync(HttpMethod.Get, "system/logs?name=sentiment&namespace=openfaas-fn&tail=-1&follow=false");
            return logs.Status is HttpStatusCode.OK && logs.Body.Split('\n', StringSplitOptions.RemoveEmptyEntries).Any(line => Read(line) == "sentiment");
        });

        static string? Read(string line)
        {
            using var json = JsonDocument.Parse(line);
            return json.RootElement.GetProperty("name").GetString();
        }
    }

    [Theory]
    [InlineData("""{"service":"Bad_Name","image":"lora://lory-5m/sentiment"}""", "service")]
    [InlineData("""{"service":"x"}""", "image")]
    [InlineData("""{"service":"x","image":"alpine:latest"}""", "image")]
    [InlineData("""{"service":"x","image":"lora://lory-5m/none"}""", "none")]
    [InlineData("""{"service":"x","image":"lora://none/sentiment"}""", "none")]
    [InlineData("""{"service":"x","image":"lora://lory-5m/sentiment","namespace":"nowhere"}""", "nowhere")]
    [InlineData("""{"service":"x","image":"lora://lory-5m/sentiment","annotations":{"lorafaas.io/slo-ttft":"soon"}}""", "lorafaas.io/slo-ttft")]
    [InlineData("""{"service":"x","image":"lora://lory-5m/sentiment","secrets":["none"]}""", "none")]
    [InlineData("""{"service":""", "JSON")]
    public async Task A_faulty_deployment_is_refused_by_the_name_of_its_field(string body, string named)
    {
        var answer = await SendAsync(HttpMethod.Post, "system/functions", body);

        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        Assert.Contains(named, answer.Body, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain('\n', answer.Body.TrimEnd());
    }

    private async Task<(HttpStatusCode Status, string Body)> SendAsync(HttpMethod method, string path, string? body = null)
    {
        using var request = new HttpRequestMessage(method, path);
        request.Headers.Authorization = Platform.Basic;
        request.Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json");
        using var response = await Platform.Http.SendAsync(request);
        return (response.StatusCode, await response.Content.ReadAsStringAsync());
    }
}
