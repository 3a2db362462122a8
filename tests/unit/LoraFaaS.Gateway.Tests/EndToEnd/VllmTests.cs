using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using LoraFaaS.Gateway.Tests.Fakes;
using Microsoft.AspNetCore.Http;

namespace LoraFaaS.Gateway.Tests.EndToEnd;

/// <summary>vLLM's runtime adapter management, with a controller that answers as the real one does.</summary>
public sealed class VllmTests
{
    private const string Load = "/v1/load_lora_adapter";
    private const string Unload = "/v1/unload_lora_adapter";

    [Fact]
    public async Task The_paths_do_not_exist_unless_they_are_switched_on_or_the_password_is_given()
    {
        await using var gateway = await StartAsync();

        Assert.Equal(404, (await AskAsync(gateway, Load, """{"lora_name":"a","lora_path":"lora://lory-5m/a"}""")).Status);
        Assert.Equal(404, (await AskAsync(gateway, Unload, """{"lora_name":"a"}""", "wrong")).Status);
        Assert.Equal(200, (await AskAsync(gateway, Load, """{"lora_name":"a","lora_path":"lora://lory-5m/a"}""", RunningGateway.Password)).Status);
    }

    [Fact]
    public async Task Where_keys_are_required_only_the_password_manages_adapters()
    {
        await using var gateway = await StartAsync("--Gateway:AllowRuntimeLoraUpdating", "true", "--Gateway:RequireApiKeys", "true");
        const string Body = """{"lora_name":"a","lora_path":"lora://lory-5m/a"}""";

        Assert.Equal(401, (await AskAsync(gateway, Load, Body)).Status);
        Assert.Equal(200, (await AskAsync(gateway, Load, Body, RunningGateway.Password)).Status);
    }

    [Fact]
    public async Task An_adapter_by_reference_is_deployed_under_its_name()
    {
        await using var gateway = await StartAsync("--Gateway:AllowRuntimeLoraUpdating", "true");
        var asked = new List<string>();
        gateway.Controller.OnRest = request => asked.Add($"{request.Method} {request.Path}");

        var (status, body) = await AskAsync(gateway, Load, """{"lora_name":"my-a","lora_path":"lora://lory-5m/a"}""");

        Assert.Equal((200, "Success: LoRA adapter 'my-a' added successfully."), (status, body));
        Assert.Equal(["GET /api/v1/adapters", "POST /system/functions"], asked);
    }

    [Fact]
    public async Task A_folder_is_taken_in_first()
    {
        await using var gateway = await StartAsync("--Gateway:AllowRuntimeLoraUpdating", "true");
        var asked = new List<string>();
        gateway.Controller.OnRest = request => asked.Add($"{request.Method} {request.Path}");

        Assert.Equal(200, (await AskAsync(gateway, Load, """{"lora_name":"local","lora_path":"/adapters/local"}""")).Status);
        Assert.Equal(["POST /api/v1/adapters", "POST /system/functions"], asked);
        Assert.Equal((404, "NotFoundError"), Error(await AskAsync(gateway, Load, """{"lora_name":"gone","lora_path":"/adapters/gone"}""")));
    }

    [Theory]
    [InlineData("""{"lora_path":"lora://lory-5m/a"}""", 400, "InvalidUserInput")]
    [InlineData("""{"lora_name":"a"}""", 400, "InvalidUserInput")]
    [InlineData("""{"lora_name":"","lora_path":""}""", 400, "InvalidUserInput")]
    [InlineData("""{"lora_name":"Not A Name","lora_path":"lora://lory-5m/a"}""", 400, "InvalidUserInput")]
    [InlineData("""{"lora_name":"echo","lora_path":"lora://lory-5m/a"}""", 400, "InvalidUserInput")]
    [InlineData("""{"lora_name":"a","lora_path":"lora://lory-5m/nope"}""", 404, "NotFoundError")]
    [InlineData("""{"lora_name":"a","lora_path":"lora://lory-5m"}""", 400, "InvalidUserInput")]
    [InlineData("""{"lora_name":"a","lora_path":"lora://lory-5m/a","load_inplace":"yes"}""", 400, "InvalidUserInput")]
    [InlineData("""{"lora_name":"a.other","lora_path":"lora://lory-5m/a"}""", 400, "InvalidUserInput")]
    [InlineData("{", 400, "InvalidUserInput")]
    public async Task A_bad_load_is_refused_in_vLLMs_words(string body, int status, string type)
    {
        await using var gateway = await StartAsync("--Gateway:AllowRuntimeLoraUpdating", "true");

        Assert.Equal((status, type), Error(await AskAsync(gateway, Load, body)));
    }

    [Theory]
    [InlineData(Load, """{"lora_name":"a","lora_path":""}""", "Both 'lora_name' and 'lora_path' must be provided.")]
    [InlineData(Load, """{"lora_name":"echo","lora_path":"lora://lory-5m/a"}""", "The lora adapter 'echo' has already been loaded. If you want to load the adapter in place, set 'load_inplace' to True.")]
    [InlineData(Load, """{"lora_name":"a","lora_path":"lora://lory-5m/nope"}""", "Loading lora a failed: No adapter found for lora://lory-5m/nope")]
    [InlineData(Load, """{"lora_name":7,"lora_path":"x"}""", "lora_name: must be a string")]
    [InlineData(Unload, """{"lora_name":""}""", "'lora_name' needs to be provided to unload a LoRA adapter.")]
    [InlineData(Unload, """{"lora_name":"gone"}""", "The lora adapter 'gone' cannot be found.")]
    public async Task What_vLLM_has_a_sentence_for_is_said_in_it(string path, string body, string message)
    {
        await using var gateway = await StartAsync("--Gateway:AllowRuntimeLoraUpdating", "true");

        Assert.Equal(message, (string?)JsonNode.Parse((await AskAsync(gateway, path, body)).Body)!["error"]!["message"]);
    }

    [Fact]
    public async Task In_place_keeps_what_was_deployed_but_for_the_image()
    {
        await using var gateway = await StartAsync("--Gateway:AllowRuntimeLoraUpdating", "true");

        var (status, _) = await AskAsync(gateway, Load, """{"lora_name":"echo","lora_path":"lora://lory-5m/a","load_inplace":true}""");

        Assert.Equal(200, status);
        var put = JsonNode.Parse(_deployed!)!;
        Assert.Equal("lora://lory-5m/a", (string?)put["image"]);
        Assert.Equal("search", (string?)put["labels"]!["team"]);
        Assert.Null(put["labels"]!["faas_function"]);
        Assert.Equal("0.5", (string?)put["annotations"]!["lorafaas.io/temperature"]);
    }

    [Fact]
    public async Task Unloading_removes_the_function()
    {
        await using var gateway = await StartAsync("--Gateway:AllowRuntimeLoraUpdating", "true");

        Assert.Equal((200, "Success: LoRA adapter 'echo' removed successfully."), await AskAsync(gateway, Unload, """{"lora_name":"echo","lora_int_id":1}"""));
        Assert.Equal((404, "NotFoundError"), Error(await AskAsync(gateway, Unload, """{"lora_name":"gone"}""")));
        Assert.Equal((400, "InvalidUserInput"), Error(await AskAsync(gateway, Unload, "{}")));
    }

    private string? _deployed;

    private async Task<RunningGateway> StartAsync(params string[] args)
    {
        var (gateway, _) = await RunningGateway.StartWarmAsync(null, args);
        gateway.Controller.RestAnswer = AnswerAsync;
        return gateway;
    }

    private async Task AnswerAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body);
        var body = await reader.ReadToEndAsync(context.RequestAborted);
        var adapter = $$"""{"backbone":"lory-5m","name":"a","tag":"latest","digest":"{{Given.AdapterDigest}}","bytes":1,"maxRank":8,"modules":[],"pushedAt":"2026-01-01T00:00:00Z"}""";

        var (status, answer) = (context.Request.Method, context.Request.Path.Value) switch
        {
            ("GET", "/api/v1/adapters") => (200, $"[{adapter}]"),
            ("POST", "/api/v1/adapters") when body.Contains("gone", StringComparison.Ordinal) => (400, """{"code":"adapter_not_found","message":"there is none","field":"folder"}"""),
            ("POST", "/api/v1/adapters") => (200, adapter),
            ("GET", "/system/function/echo") => (200, """{"name":"echo","namespace":"openfaas-fn","image":"lora://lory-5m/echo","labels":{"faas_function":"echo","team":"search"},"annotations":{"lorafaas.io/temperature":"0.5"}}"""),
            ("DELETE", _) when body.Contains("gone", StringComparison.Ordinal) => (404, "function gone not found"),
            _ => (202, ""),
        };

        _deployed = context.Request.Method is "PUT" or "POST" ? body : _deployed;
        context.Response.StatusCode = status;
        await context.Response.WriteAsync(answer, context.RequestAborted);
    }

    private static (int Status, string? Type) Error((int Status, string Body) answer)
    {
        var error = JsonNode.Parse(answer.Body)!["error"]!;
        Assert.Equal(answer.Status, (int?)error["code"]);
        Assert.NotEmpty((string?)error["message"] ?? "");
        return (answer.Status, (string?)error["type"]);
    }

    private static async Task<(int Status, string Body)> AskAsync(RunningGateway gateway, string path, string json, string? password = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(json, Encoding.UTF8, new MediaTypeHeaderValue("application/json")) };
        request.Headers.Authorization = password is null ? null : new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"admin:{password}")));
        using var response = await gateway.Http.SendAsync(request);
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync());
    }
}
