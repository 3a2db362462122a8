using System.Net;
using System.Net.Sockets;
using LoraFaaS.SystemTests.Platform;
using LoraFaaS.TestKit.Callers;
using LoraFaaS.TestKit.Files;

namespace LoraFaaS.SystemTests;

/// <summary><c>lorafaas up</c> as a person meets it.</summary>
public sealed class UpCommandTests
{
    [Fact]
    public async Task Once_calls_every_function_and_leaves_nothing_behind()
    {
        using var data = new TempFolder();

        var result = await LorafaasCommand.RunAsync(data.Path, null, "up", "--demo", "--once", "--port", "0", "--data", data.File("d"));

        Assert.True(result.ExitCode == 0, result.Output + result.Errors);

        foreach (var function in DemoData.Accuracy.Keys)
        {
            Assert.Contains(function, result.Output, StringComparison.Ordinal);
        }

        Assert.Empty(ProcessTree.WithCommandLine(data.Path));
    }

    [Fact]
    public async Task What_it_is_told_wrongly_is_said_before_anything_is_started()
    {
        using var data = new TempFolder();
        using var closed = new TcpListener(IPAddress.Loopback, 0);
        closed.Start();
        var redis = $"{closed.LocalEndpoint}";
        closed.Stop();

        foreach (var (option, value) in ((string, string)[])[("--redis", redis), ("--device-memory", "lots"), ("--port", "99999"), ("--host", "0.0.0.0")])
        {
            string[] port = option == "--port" ? [] : ["--port", "0"];
            var refused = await LorafaasCommand.RunAsync(data.Path, null, ["up", .. port, "--data", data.File("d"), option, value]);
            Assert.True(refused.ExitCode == 2, $"{option}: {refused.ExitCode}");
            Assert.StartsWith($"error: {option} {value}: ", refused.Errors, StringComparison.Ordinal);
            Assert.Single(refused.Errors.Trim().Split('\n'));
        }
    }

    [Fact]
    public async Task A_second_one_is_refused_and_a_stop_is_clean()
    {
        using var data = new TempFolder();
        await using var platform = await RunningPlatform.StartAsync(data.Path, "--demo");
        await platform.Up.WaitForLineAsync(line => line.Contains("Serving until Ctrl-C", StringComparison.Ordinal));
        var second = await LorafaasCommand.RunAsync(data.Path, null, "up", "--port", "0", "--data", data.Path);
        Assert.Equal(2, second.ExitCode);
        Assert.Contains("another platform serves from there", second.Errors, StringComparison.Ordinal);

        Assert.Equal(0, await platform.StopAsync());

        Assert.Empty(ProcessTree.WithCommandLine(data.Path));
    }

    [Fact]
    public async Task A_killed_up_takes_its_processes_with_it()
    {
        using var data = new TempFolder();
        await using var platform = await RunningPlatform.StartAsync(data.Path, "--demo");

        platform.Up.Kill();

        await TestKit.Time.Patience.UntilAsync(() => ProcessTree.WithCommandLine(data.Path).Count == 0, "every process of the platform ends");
    }

    [Fact]
    public async Task Its_gateway_is_restarted_without_a_caller_noticing()
    {
        using var data = new TempFolder();
        await using var platform = await RunningPlatform.StartAsync(data.Path, "--demo");
        await platform.Up.WaitForLineAsync(line => line.Contains("Serving until Ctrl-C", StringComparison.Ordinal));
        var (prompt, expected) = DemoData.First("sql");
        await using var callers = new SteadyCallers(platform.Gateway, "/function/sql", prompt, each: 1, TimeSpan.FromSeconds(2));
        var gateways = new HashSet<int> { platform.Pid("gateway") };

        for (var i = 0; i < 3; i++)
        {
            await callers.AnsweredAsync(3);
            var result = await LorafaasCommand.RunAsync(data.Path, null, "gateway", "restart", "--data", data.Path);
            Assert.True(result.ExitCode == 0, result.Output + result.Errors + platform.Up.Tail());
            Assert.True(gateways.Add(platform.Pid("gateway")));
        }

        await callers.AnsweredAsync(3);
        Assert.Empty(callers.Failures);
        Assert.Equal(expected, await platform.AnswerAsync("sql", prompt));

        // One that is killed is started again as before, at the same doors.
        System.Diagnostics.Process.GetProcessById(platform.Pid("gateway")).Kill();
        await platform.AnswersAgainAsync("sql", prompt, expected);
        Assert.Equal(0, await platform.StopAsync());
        Assert.Empty(ProcessTree.WithCommandLine(data.Path));
        var nobody = await LorafaasCommand.RunAsync(data.Path, null, "gateway", "restart", "--data", data.Path);
        Assert.Equal(2, nobody.ExitCode);
        Assert.Contains("No platform serves", nobody.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_address_that_others_reach_is_opened_only_when_somebody_said_so()
    {
        using var data = new TempFolder();

        var refused = await LorafaasCommand.RunAsync(data.Path, null, "up", "--host", "0.0.0.0", "--port", "0", "--data", data.File("d"));

        Assert.Equal(2, refused.ExitCode);
        Assert.Contains("--insecure-open", refused.Errors, StringComparison.Ordinal);
        await using var platform = await RunningPlatform.StartAsync(data.Path, "--host", "0.0.0.0", "--insecure-open");
        using var health = await platform.Http.GetAsync("healthz");
        Assert.Equal(HttpStatusCode.OK, health.StatusCode);
    }

    [Fact]
    public async Task A_taken_port_is_said_in_one_line()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        using var data = new TempFolder();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port;

        var result = await LorafaasCommand.RunAsync(data.Path, null, "up", "--port", $"{port}", "--data", data.File("d"));

        Assert.NotEqual(0, result.ExitCode);
        var line = result.Errors.Split('\n').Single(text => text.StartsWith("error:", StringComparison.Ordinal));
        Assert.Contains($"{port}", line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unusable_data_folder_is_said_in_one_line()
    {
        using var data = new TempFolder();
        await File.WriteAllTextAsync(data.File("file"), "");

        var result = await LorafaasCommand.RunAsync(data.Path, null, "up", "--port", "0", "--data", data.File("file", "below"));

        Assert.NotEqual(0, result.ExitCode);
        Assert.Single(result.Errors.Split('\n'), text => text.StartsWith("error: --data", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Two_platforms_cannot_share_a_data_folder()
    {
        using var data = new TempFolder();
        await using var platform = await RunningPlatform.StartAsync(data.Path);

        var second = await LorafaasCommand.RunAsync(data.Path, null, "up", "--port", "0", "--data", data.Path);

        Assert.NotEqual(0, second.ExitCode);
        Assert.Contains("error:", second.Errors, StringComparison.Ordinal);
    }
}
