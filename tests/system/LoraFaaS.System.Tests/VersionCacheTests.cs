using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using LoraFaaS.SystemTests.Platform;
using LoraFaaS.TestKit.Time;

namespace LoraFaaS.SystemTests;

/// <summary>
/// No version of a function sees what another has cached: what a call is answered with, down to the probabilities, is what a function of its own with the same adapter says, whatever was warm before
/// under the name: another revision, one taken back, one of a function that was removed, one whose sandbox is gone.
/// </summary>
[Collection(DemoGroup.Name)]
public sealed class VersionCacheTests(DemoPlatform demo)
{
    private const string Name = "versions";
    private const string First = "lora://lory-5m/sentiment";
    private const string Second = "lora://lory-5m/en-fr";

    /// <summary>Many blocks of the prefix cache.</summary>
    private static readonly string Prompt = string.Join(' ', Enumerable.Repeat(DemoData.First("sentiment").Prompt, 20));

    private static readonly string SystemPrompt = "lorafaas.io/system-prompt=" + string.Join(' ', Enumerable.Repeat("Say what you were made for, and nothing else.", 8));

    private RunningPlatform Platform => demo.Running;

    [Fact]
    public async Task Each_version_answers_as_if_it_were_alone()
    {
        await DeployAsync("alone-1", First);
        await DeployAsync("alone-2", Second);
        var (first, _) = await AskAsync("alone-1");
        var (second, _) = await AskAsync("alone-2");
        Assert.NotEqual(first, second);

        try
        {
            await DeployAsync(Name, First);
            await IsAsync(first, revision: 1);
            Assert.True((await AskAsync(Name)).Cached > 0, "the first version's prefix is warm");

            await DeployAsync(Name, Second);
            await IsAsync(second, revision: 2);
            Assert.True((await AskAsync(Name)).Cached > 0, "the second version's prefix is warm");

            await RunAsync("rollback", Name);
            await IsAsync(first, revision: 1);
            Assert.Equal(second, (await AskAsync($"{Name}@2")).Said);
            Assert.Equal(first, (await AskAsync($"{Name}@1")).Said);

            // What is kept of prompts outlives their sandboxes.
            foreach (var sandbox in Platform.SandboxPids())
            {
                using var process = Process.GetProcessById(sandbox);
                process.Kill();
            }

            await IsAsync(first, revision: 1);
            Assert.Equal(second, (await AskAsync($"{Name}@2")).Said);

            // Another function under the same name, whose revisions begin anew.
            await RunAsync("remove", Name);
            await Patience.UntilAsync(async _ => (await TryAskAsync(Name)).Revision == 0, Patience.StartLimit, "it is gone");
            await DeployAsync(Name, Second);
            await IsAsync(second, revision: 1);
            Assert.Equal(second, (await AskAsync(Name)).Said);
        }
        finally
        {
            foreach (var name in (string[])[Name, "alone-1", "alone-2"])
            {
                await RunAsync("remove", name);
            }
        }
    }

    /// <summary>The route may take a moment to come to the gateway; the answer is its revision's own from the first call on.</summary>
    private async Task IsAsync(string expected, int revision)
    {
        await Patience.UntilAsync(async _ =>
        {
            var (said, _, answered) = await TryAskAsync(Name);

            if (answered != revision)
            {
                return false;
            }

            Assert.Equal(expected, said);
            return true;
        }, Patience.StartLimit, $"revision {revision} answers");
    }

    private async Task<(string Said, int Cached)> AskAsync(string model)
    {
        var (said, cached, revision) = await TryAskAsync(model);
        Assert.True(revision > 0, $"{model}: {said}");
        return (said, cached);
    }

    /// <summary>Text and probabilities, and how much of the prompt was not computed again; revision 0: it was not answered.</summary>
    private async Task<(string Said, int Cached, int Revision)> TryAskAsync(string model)
    {
        var body = new JsonObject
        {
            ["model"] = model, ["temperature"] = 0, ["max_tokens"] = 12, ["logprobs"] = true, ["top_logprobs"] = 3,
            ["messages"] = new JsonArray(new JsonObject { ["role"] = "user", ["content"] = Prompt }),
        };
        using var response = await Platform.Http.PostAsync("v1/chat/completions", JsonContent.Create(body));
        var text = await response.Content.ReadAsStringAsync();

        if (!response.IsSuccessStatusCode)
        {
            return (text, 0, 0);
        }

        using var answer = JsonDocument.Parse(text);
        var choice = answer.RootElement.GetProperty("choices")[0];
        var said = choice.GetProperty("message").GetProperty("content").GetString() + choice.GetProperty("logprobs").GetRawText();
        var cached = answer.RootElement.GetProperty("usage").TryGetProperty("prompt_tokens_details", out var details) ? details.GetProperty("cached_tokens").GetInt32() : 0;
        return (said, cached, int.Parse(response.Headers.GetValues("X-Lorafaas-Revision").Single(), System.Globalization.CultureInfo.InvariantCulture));
    }

    private async Task DeployAsync(string name, string image)
    {
        await RunAsync("deploy", name, "--image", image, "--annotation", SystemPrompt);
        await Patience.UntilAsync(async _ => (await TryAskAsync(name)).Revision > 0, Patience.StartLimit, $"{name} answers");
    }

    private async Task RunAsync(params string[] arguments)
    {
        var result = await LorafaasCommand.RunAsync(Platform.DataFolder, null, arguments);
        Assert.True(result.ExitCode == 0, result.Errors);
    }
}
