using LoraFaaS.Contracts.Errors;
using LoraFaaS.Engine;
using LoraFaaS.Sandbox.Tests.Harness;

namespace LoraFaaS.Sandbox.Tests.Generation;

[Collection(DemoTests.Name)]
public sealed class FailedStepTests(DemoWorld demo)
{
    [Fact]
    public async Task A_step_that_fails_ends_the_sequences_in_it_and_no_others()
    {
        var options = new EngineOptions { Threads = 1, DeviceBytes = 16 << 20, MaxSequences = 2, MaxStepTokens = 64 };
        using var loop = new PostedLoop(demo, options, failingStep: 3);

        // Two rows a step: the first two are in step 3, the third waits for them to end.
        for (ulong sequence = 1; sequence <= 3; sequence++)
        {
            loop.Generate(sequence, Requests.Tokens("", demo.Prompts["raw-story"].Append((int)sequence), r => r.Sampling.MaxTokens = 6));
        }

        var events = await loop.RunAsync();
        Assert.Equal(ErrorCode.Internal.ToWire(), events[1][^1].Failed.Code);
        Assert.Contains("The device is lost.", events[1][^1].Failed.Message, StringComparison.Ordinal);
        Assert.Equal(ErrorCode.Internal.ToWire(), events[2][^1].Failed.Code);
        Assert.Equal(6, events[3][^1].Finished.CompletionTokens);
        Assert.True(loop.IsEmpty);
    }
}
