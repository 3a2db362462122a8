using System.IO.Pipelines;
using LoraFaaS.Contracts.Errors;
using LoraFaaS.Engine;
using LoraFaaS.Engine.Cpu;
using LoraFaaS.Engine.Weights;
using LoraFaaS.Protocol.Data;
using LoraFaaS.Protocol.Frames;
using LoraFaaS.Protocol.Sandbox;
using LoraFaaS.Sandbox.Connection;
using LoraFaaS.Sandbox.Diagnostics;
using LoraFaaS.Sandbox.Generation;
using LoraFaaS.Sandbox.Opening;
using LoraFaaS.Sandbox.Prompts;
using LoraFaaS.Sandbox.Tests.Harness;

namespace LoraFaaS.Sandbox.Tests.Generation;

[Collection(DemoTests.Name)]
public sealed class FailedStepTests(DemoWorld demo)
{
    /// <summary>The loop itself, on this thread: everything is posted before it runs, so the order of steps is certain.</summary>
    [Fact]
    public async Task A_step_that_fails_ends_the_sequences_in_it_and_no_others()
    {
        var options = new EngineOptions { Threads = 1, DeviceBytes = 16 << 20, MaxSequences = 2, MaxStepTokens = 64 };
        using var sandbox = Open(options, new FaultyBackend(new CpuBackend(options)) { FailingStep = 3 });
        var pipe = new Pipe(new PipeOptions(pauseWriterThreshold: 0));
        var log = new JsonLog(new MemoryStream(), TimeProvider.System);
        using var outbox = new Outbox(new FrameWriter(pipe.Writer), log);
        using var inbox = new LoopInbox();
        using var turns = new LoraFaaS.Sandbox.Turns.TurnTaker(() => { });
        using var loop = new EngineLoop(sandbox, inbox, turns, outbox, TimeProvider.System, log);
        var prompts = new PromptBuilder(sandbox, TimeProvider.System);

        // Two rows a step: the first two are in step 3, the third waits for them to end.
        for (ulong sequence = 1; sequence <= 3; sequence++)
        {
            var ready = Assert.IsType<PromptOutcome.Ready>(prompts.Build(Requests.Tokens("", demo.Prompts["raw-story"], r => r.Sampling.MaxTokens = 6)));
            await inbox.PostAsync(new LoopCommand.Begin(sequence, 100, "", null, null), CancellationToken.None);
            await inbox.PostAsync(new LoopCommand.Prepared(sequence, ready.Generation), CancellationToken.None);
        }

        await inbox.PostAsync(new LoopCommand.Drain(), CancellationToken.None);
        loop.Run();
        outbox.Complete();
        await outbox.WriteAllAsync(CancellationToken.None);
        await pipe.Writer.CompleteAsync();

        var ends = await EndsAsync(pipe.Reader);
        Assert.Equal(ErrorCode.Internal.ToWire(), ends[1].Failed.Code);
        Assert.Contains("The device is lost.", ends[1].Failed.Message, StringComparison.Ordinal);
        Assert.Equal(ErrorCode.Internal.ToWire(), ends[2].Failed.Code);
        Assert.Equal(6, ends[3].Finished.CompletionTokens);
        Assert.Equal(sandbox.Engine.Pages.Total, sandbox.Engine.Pages.Free);
    }

    private OpenedSandbox Open(EngineOptions options, FaultyBackend backend)
    {
        var memory = demo.Backbone.Map();
        var backbone = BackboneImage.Open(Address(), memory.Length);

        return new OpenedSandbox
        {
            BackboneDigest = DemoWorld.BackboneDigest,
            TrustDomain = WorkerSide.TrustDomain,
            Engine = new InferenceEngine(backbone, backend, options),
            Backend = backend,
            Backbone = memory,
            Text = TextSide.Read(DemoWorld.TextFiles(), backbone.Shape),
            MaxSequences = options.MaxSequences,
            MapTime = TimeSpan.Zero,
            KernelsTime = TimeSpan.Zero,
        };

        unsafe nint Address() => (nint)memory.Address;
    }

    private static async Task<Dictionary<ulong, GenerateEvent>> EndsAsync(PipeReader pipe)
    {
        var ends = new Dictionary<ulong, GenerateEvent>();

        await foreach (var frame in new FrameReader<FromSandbox>(pipe, FromSandbox.Parser).ReadAllAsync(CancellationToken.None))
        {
            if (frame.Event is { Event_: { } happened } told && (happened.Finished is not null || happened.Failed is not null))
            {
                ends.Add(told.Sequence, happened);
            }
        }

        return ends;
    }
}
