using System.Diagnostics;
using LoraFaaS.TestKit.Time;

namespace LoraFaaS.SystemTests.Platform;

/// <summary>Kills each kind of process once and waits until the function answers again.</summary>
public static class FaultScript
{
    public static async Task KillEachAndCheckAsync(RunningPlatform platform, string prompt, string expected)
    {
        await platform.AnswersAgainAsync("ticket-router", prompt, expected);

        foreach (var sandbox in platform.SandboxPids())
        {
            Kill(sandbox);
        }

        // A lost sandbox is the worker's to replace: this very call must work.
        Assert.Equal(expected, await platform.AnswerAsync("ticket-router", prompt));

        foreach (var host in new[] { "worker", "controller", "gateway" })
        {
            await KillHostAsync(platform, host);
            await platform.AnswersAgainAsync("ticket-router", prompt, expected);
        }
    }

    /// <summary>Returns when another process has taken its place.</summary>
    public static async Task KillHostAsync(RunningPlatform platform, string host)
    {
        var before = platform.Pid(host);
        Kill(before);
        await Patience.UntilAsync(_ => Task.FromResult(TryPid(platform, host) is { } now && now != before), Patience.StartLimit, $"{host} is started again");
    }

    private static int? TryPid(RunningPlatform platform, string host)
    {
        try
        {
            return platform.Pid(host);
        }
        catch (FileNotFoundException)
        {
            // Between two starts the file is not there.
            return null;
        }
    }

    private static void Kill(int pid)
    {
        try
        {
            using var process = Process.GetProcessById(pid);
            process.Kill();
        }
        catch (ArgumentException)
        {
            // It has gone by itself.
        }
    }
}
