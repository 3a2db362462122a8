using System.Text.Json.Nodes;
using LoraFaaS.Controller.Tests.Support;

namespace LoraFaaS.Controller.Tests.Api;

/// <summary>What a new gateway gets wrong, of the contract's section 0, as far as the control API answers it. Each fact is one trap, by its number there.</summary>
public sealed class OpenFaasTrapTests(DemoController demo) : IClassFixture<DemoController>
{
    private const string Image = "lora://lory-5m/sql";

    private readonly ControllerUnderTest _controller = demo.Controller;

    [Theory]
    [InlineData("""{"service":"trap-one","image":"lora://lory-5m/sql"}""")]
    [InlineData("""{"service":"trap-one","image":"functions/alpine:latest"}""")]
    [InlineData("""{"service":"trap-one","image":"lora://lory-5m/sql","secrets":["none"]}""")]
    [InlineData("""{"service":"trap-one","image":"lora://lory-5m/sql","limits":{"memory":"much"}}""")]
    public async Task T01_an_update_of_what_is_not_there_is_404_whatever_else_is_wrong_with_it(string body) =>
        Assert.Equal(404, (await AskAsync("PUT", "/system/functions", body)).Status);

    [Fact]
    public async Task T02_and_T03_deploying_and_deleting_are_202_and_never_201_or_204()
    {
        const string Secret = """{"name":"trap-secret","value":"x"}""";
        const string Namespace = """{"name":"trap-space"}""";

        Assert.Equal((202, ""), await AskAsync("POST", "/system/functions", $$"""{"service":"trap-two","image":"{{Image}}"}"""));
        Assert.Equal((202, ""), await AskAsync("PUT", "/system/functions", $$"""{"service":"trap-two","image":"{{Image}}"}"""));
        Assert.Equal((202, ""), await AskAsync("DELETE", "/system/functions", """{"functionName":"trap-two"}"""));
        Assert.Equal(201, (await AskAsync("POST", "/system/secrets", Secret)).Status);
        Assert.Equal((202, ""), await AskAsync("DELETE", "/system/secrets", Secret));
        Assert.Equal(201, (await AskAsync("POST", "/system/namespace/", Namespace)).Status);
        Assert.Equal((202, ""), await AskAsync("DELETE", "/system/namespace/trap-space", Namespace));
    }

    [Fact]
    public async Task T06_namespaces_are_strings_and_made_at_a_path_that_ends_with_a_slash()
    {
        Assert.Equal(201, (await AskAsync("POST", "/system/namespace/", """{"name":"trap-six"}""")).Status);

        Assert.All(JsonNode.Parse((await AskAsync("GET", "/system/namespaces")).Body)!.AsArray(), name => Assert.NotEmpty(name!.GetValue<string>()));
        Assert.Equal("trap-six", (string?)JsonNode.Parse((await AskAsync("GET", "/system/namespace/trap-six")).Body)!["name"]);
        await AskAsync("DELETE", "/system/namespace/trap-six", """{"name":"trap-six"}""");
    }

    [Theory]
    [InlineData("/system/functions?namespace=trap-seven")]
    [InlineData("/system/secrets?namespace=trap-seven")]
    public async Task T07_an_empty_list_is_an_array(string path)
    {
        await AskAsync("POST", "/system/namespace/", """{"name":"trap-seven"}""");

        Assert.Equal((200, "[]"), await AskAsync("GET", path));
    }

    [Fact]
    public async Task T08_a_status_says_what_was_deployed_and_nothing_that_was_not()
    {
        await AskAsync("POST", "/system/functions", $$"""{"service":"trap-bare","image":"{{Image}}"}""");
        await AskAsync("POST", "/system/functions", $$$"""{"service":"trap-full","image":"{{{Image}}}","limits":{"memory":"64Mi","cpu":"100m"},"requests":{"memory":"32Mi"},"labels":{"a":"true"},"annotations":{"b":"c"}}""");

        var bare = JsonNode.Parse((await AskAsync("GET", "/system/function/trap-bare")).Body)!.AsObject();
        var full = JsonNode.Parse((await AskAsync("GET", "/system/function/trap-full")).Body)!;

        Assert.All(["envVars", "limits", "requests", "constraints", "secrets"], name => Assert.False(bare.ContainsKey(name), name));
        Assert.Equal("trap-bare", (string?)bare["labels"]!["faas_function"]);
        Assert.Empty(bare["annotations"]!.AsObject());
        Assert.Equal("""{"memory":"64Mi","cpu":"100m"}""", full["limits"]!.ToJsonString());
        Assert.Equal("""{"memory":"32Mi"}""", full["requests"]!.ToJsonString());
        Assert.Equal(("true", "c"), ((string?)full["labels"]!["a"], (string?)full["annotations"]!["b"]));
    }

    private Task<(int Status, string Body)> AskAsync(string method, string path, string? body = null) => _controller.AskAsync(new HttpMethod(method), path, body);
}
