using System.Diagnostics;
using LoraFaaS.SystemTests.Platform;
using LoraFaaS.TestKit.Files;

namespace LoraFaaS.SystemTests;

/// <summary>kill -9 of any process: functions survive, others notice nothing, the next call works.</summary>
public sealed class FaultTests
{
    [Fact]
    public async Task Functions_survive_the_death_of_every_process_and_a_restart()
    {
        using var data = new TempFolder();
        var (prompt, expected) = DemoData.First("ticket-router");

        await using (var platform = await RunningPlatform.StartAsync(data.Path, "--demo"))
        {
            await FaultScript.KillEachAndCheckAsync(platform, prompt, expected);
            Assert.Equal(0, await platform.StopAsync());
        }

        // Without --demo: what answers now was kept.
        await using var again = await RunningPlatform.StartAsync(data.Path);
        await again.AnswersAgainAsync("ticket-router", prompt, expected);
    }

    [Fact]
    public async Task The_death_of_one_sandbox_is_not_noticed_by_another_trust_domain()
    {
        using var data = new TempFolder();
        await using var platform = await RunningPlatform.StartAsync(data.Path, "--demo");
        var (prompt, expected) = DemoData.First("sentiment");
        var deployed = await LorafaasCommand.RunAsync(
            data.Path, null, "deploy", "alone", "--image", "lora://lory-5m/sentiment", "--annotation", "lorafaas.io/isolation=function");
        Assert.True(deployed.ExitCode == 0, deployed.Errors);

        await platform.AnswersAgainAsync("sentiment", prompt, expected);
        var before = platform.SandboxPids();
        await platform.AnswersAgainAsync("alone", prompt, expected);

        // A stream of the one runs while every other sandbox dies.
        using var stream = await platform.InvokeAsync("alone?max_tokens=200", prompt, "text/event-stream");
        var sandboxes = platform.SandboxPids();
        Assert.True(sandboxes.Count >= 2, $"expected a sandbox for each trust domain, saw {sandboxes.Count}");
        var shared = before.Intersect(sandboxes).First();
        using (var process = Process.GetProcessById(shared))
        {
            process.Kill();
        }

        Assert.Contains("event: done", await stream.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal(expected, await platform.AnswerAsync("sentiment", prompt));
        Assert.Equal(expected, await platform.AnswerAsync("alone", prompt));
    }
}
