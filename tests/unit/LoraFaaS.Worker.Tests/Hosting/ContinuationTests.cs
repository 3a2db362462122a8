using LoraFaaS.Linux.Processes;
using LoraFaaS.Protocol.Data;
using LoraFaaS.TestKit.Time;

namespace LoraFaaS.Worker.Tests.Hosting;

/// <summary>A stream whose sandbox is lost in the middle of it goes on in another, as if nothing had been: the likeliest tokens, and those drawn under a seed.</summary>
public sealed class ContinuationTests
{
    private const int Tokens = 300;

    [Theory]
    [InlineData(0, null)]
    [InlineData(0.9f, 11L)]
    public async Task A_stream_whose_sandbox_is_killed_goes_on_with_the_same_tokens(float temperature, long? seed)
    {
        await using var world = await DemoWorld.StartAsync();
        var undisturbed = await world.Worker.GenerateAsync(Ask(world, temperature, seed), Token);

        var stream = await OpenStream.StartAsync(world, Ask(world, temperature, seed), Token);
        Assert.True(ProcessControl.Send(world.Worker.SandboxOf("victim").ProcessId, Signal.Kill));
        var rest = await stream.RestAsync();

        IsTheSame(undisturbed, rest);
    }

    [Theory]
    [InlineData(0, null)]
    [InlineData(0.9f, 11L)]
    public async Task A_stream_whose_sandbox_is_frozen_goes_on_with_the_same_tokens_in_another(float temperature, long? seed)
    {
        await using var world = await DemoWorld.StartAsync("--Worker:SandboxSilence", "00:00:06");
        var undisturbed = await world.Worker.GenerateAsync(Ask(world, temperature, seed), Token);

        var stream = await OpenStream.StartAsync(world, Ask(world, temperature, seed), Token);
        var frozen = world.Worker.SandboxOf("victim").ProcessId;
        Assert.True(ProcessControl.Send(frozen, Signal.Stop));
        var rest = await Patience.ForAsync(stream.RestAsync());

        IsTheSame(undisturbed, rest);
        await Patience.UntilAsync(() => !ProcessControl.Send(frozen, Signal.Probe));
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static GenerateRequest Ask(DemoWorld world, float temperature, long? seed)
    {
        var request = OpenStream.Endless(world, "victim", Tokens);
        request.Sampling.Temperature = temperature;

        if (seed is { } given)
        {
            request.Sampling.Seed = given;
        }

        return request;
    }

    private static void IsTheSame(Generation undisturbed, Generation rest)
    {
        Assert.Equal(Ids(undisturbed), Ids(rest));
        Assert.Equal(undisturbed.Text, rest.Text);
        Assert.Equal(Tokens, rest.Finished?.CompletionTokens);
    }

    private static List<int> Ids(Generation generation) =>
        [.. generation.Events.Where(happened => happened.Tokens is not null).SelectMany(happened => happened.Tokens.Ids)];
}
