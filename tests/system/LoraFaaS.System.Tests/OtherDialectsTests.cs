using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using LoraFaaS.SystemTests.Platform;
using LoraFaaS.TestKit.Files;

namespace LoraFaaS.SystemTests;

/// <summary>Knative manifests, vLLM's adapter management and LoRAX's API against the whole platform.</summary>
[Collection(DemoGroup.Name)]
public sealed class OtherDialectsTests(DemoPlatform demo)
{
    private RunningPlatform Platform => demo.Running;

    [Fact]
    public async Task A_Knative_service_is_applied_and_called()
    {
        using var folder = new TempFolder();
        await File.WriteAllTextAsync(folder.File("service.yaml"), """
            apiVersion: serving.knative.dev/v1
            kind: Service
            metadata: {name: applied}
            spec:
              template:
                metadata: {annotations: {autoscaling.knative.dev/max-scale: "3"}}
                spec: {timeoutSeconds: 120, containerConcurrency: 2, containers: [{image: "lora://lory-5m/sentiment:latest"}]}
            """);
        var (prompt, expected) = DemoData.First("sentiment");

        var applied = await LorafaasCommand.RunAsync(Platform.DataFolder, null, "apply", "-f", folder.File("service.yaml"));

        Assert.True(applied.ExitCode == 0, applied.Errors);
        Assert.Equal(expected, await Platform.AnswerAsync("applied", prompt));
        var described = await LorafaasCommand.RunAsync(Platform.DataFolder, null, "describe", "applied", "--json");
        Assert.Contains("120s", described.Output, StringComparison.Ordinal);
        Assert.Contains("\"lorafaas.io/max-concurrent\":\"2\"", described.Output, StringComparison.Ordinal);
        Assert.Equal(0, (await LorafaasCommand.RunAsync(Platform.DataFolder, null, "remove", "applied")).ExitCode);
    }

    [Fact]
    public async Task An_adapter_folder_is_loaded_called_in_three_dialects_and_unloaded()
    {
        var (prompt, expected) = DemoData.First("ticket-router");
        var path = Path.Combine(DemoData.Folder, "adapters", "ticket-router");
        var load = new { lora_name = "loaded", lora_path = path };

        Assert.Equal((HttpStatusCode.OK, "Success: LoRA adapter 'loaded' added successfully."), await PostAsync("v1/load_lora_adapter", load));
        Assert.Equal(HttpStatusCode.BadRequest, (await PostAsync("v1/load_lora_adapter", load)).Status);
        Assert.Equal(HttpStatusCode.OK, (await PostAsync("v1/load_lora_adapter", new { lora_name = "loaded", lora_path = path, load_inplace = true })).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await PostAsync("v1/load_lora_adapter", new { lora_name = "nowhere", lora_path = "/no/such/adapter" })).Status);

        Assert.Equal(expected, await Platform.AnswerAsync("loaded", prompt));
        var chat = await PostAsync("v1/chat/completions", new { model = "loaded", messages = new[] { new { role = "user", content = prompt } }, temperature = 0, max_tokens = 200 });
        Assert.Equal(expected, (string?)JsonNode.Parse(chat.Body)!["choices"]![0]!["message"]!["content"]);

        // LoRAX sends prompts without a template: what comes is a continuation, the same as of /v1/completions.
        var lorax = await PostAsync("generate", new { inputs = prompt, parameters = new { adapter_id = "loaded", max_new_tokens = 8, details = true } });
        var text = await PostAsync("v1/completions", new { model = "loaded", prompt, temperature = 0, max_tokens = 8 });
        Assert.Equal((string?)JsonNode.Parse(text.Body)!["choices"]![0]!["text"], (string?)JsonNode.Parse(lorax.Body)!["generated_text"]);
        Assert.True((int)JsonNode.Parse(lorax.Body)!["details"]!["generated_tokens"]! > 0);

        Assert.Equal(HttpStatusCode.OK, (await PostAsync("v1/unload_lora_adapter", new { lora_name = "loaded" })).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await PostAsync("v1/unload_lora_adapter", new { lora_name = "loaded" })).Status);
        using var gone = await Platform.InvokeAsync("loaded", prompt);
        Assert.Equal(HttpStatusCode.NotFound, gone.StatusCode);
    }

    private async Task<(HttpStatusCode Status, string Body)> PostAsync(string path, object body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = JsonContent.Create(body, options: JsonSerializerOptions.Default) };
        request.Headers.Authorization = Platform.Basic;
        using var response = await Platform.Http.SendAsync(request);
        return (response.StatusCode, await response.Content.ReadAsStringAsync());
    }
}
