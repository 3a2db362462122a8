using System.IO.Pipelines;
using LoraFaaS.Contracts.Invocations;
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
using LoraFaaS.Sandbox.Turns;

namespace LoraFaaS.Sandbox.Tests.Harness;

/// <summary>The engine loop alone, on the caller's thread: what is posted before it runs, or from within a step, is in a certain order.</summary>
internal sealed class PostedLoop : IDisposable
{
    private readonly Pipe _pipe = new(new PipeOptions(pauseWriterThreshold: 0));
    private readonly Outbox _outbox;
    private readonly LoopInbox _inbox = new();
    private readonly TurnTaker _turns = new(() => { });
    private readonly OpenedSandbox _sandbox;
    private readonly EngineLoop _loop;
    private readonly PromptBuilder _prompts;

    public PostedLoop(DemoWorld demo, EngineOptions options, int failingStep = 0, Action<PostedLoop, int>? inStep = null)
    {
        Backend = new FaultyBackend(new CpuBackend(options)) { FailingStep = failingStep, InStep = step => inStep?.Invoke(this, step) };
        _sandbox = Open(demo, options, Backend);
        var log = new JsonLog(new MemoryStream(), TimeProvider.System);
        _outbox = new Outbox(new FrameWriter(_pipe.Writer), log);
        _loop = new EngineLoop(_sandbox, _inbox, _turns, _outbox, TimeProvider.System, log);
        _prompts = new PromptBuilder(_sandbox, TimeProvider.System);
    }

    public FaultyBackend Backend { get; }

    public bool IsEmpty => _sandbox.Engine.Pages.Total == _sandbox.Engine.Pages.Free;

    public void Generate(ulong sequence, GenerateRequest request, int credits = 1_000)
    {
        var ready = Assert.IsType<PromptOutcome.Ready>(_prompts.Build(request));
        Post(new LoopCommand.Begin(sequence, credits, "", null, null));
        Post(new LoopCommand.Prepared(sequence, ready.Generation));
    }

    /// <summary>Nothing comes after this.</summary>
    public void Drain() => Post(new LoopCommand.Drain());

    public void Cancel(ulong sequence) => Post(new LoopCommand.Cancel(sequence, AbortCause.Client));

    /// <summary>Runs until nothing more comes and every sequence has ended. Answers the events of each.</summary>
    /// <param name="isAll">Nothing comes but what was posted; otherwise a step says when.</param>
    public async Task<Dictionary<ulong, List<GenerateEvent>>> RunAsync(bool isAll = true)
    {
        if (isAll)
        {
            Drain();
        }

        _loop.Run();
        _outbox.Complete();
        await _outbox.WriteAllAsync(CancellationToken.None);
        await _pipe.Writer.CompleteAsync();
        var events = new Dictionary<ulong, List<GenerateEvent>>();

        await foreach (var frame in new FrameReader<FromSandbox>(_pipe.Reader, FromSandbox.Parser).ReadAllAsync(CancellationToken.None))
        {
            if (frame.Event is { } told)
            {
                (events.TryGetValue(told.Sequence, out var known) ? known : events[told.Sequence] = []).Add(told.Event_);
            }

            Preemptions = frame.Load?.Preemptions ?? Preemptions;
        }

        return events;
    }

    /// <summary>As the loop last said.</summary>
    public ulong Preemptions { get; private set; }

    public void Dispose()
    {
        _loop.Dispose();
        _turns.Dispose();
        _inbox.Dispose();
        _outbox.Dispose();
        _sandbox.Dispose();
    }

    /// <summary>There is room for a thousand: it never waits.</summary>
    private void Post(LoopCommand command) => Assert.True(_inbox.PostAsync(command, CancellationToken.None).AsTask().IsCompletedSuccessfully);

    private static OpenedSandbox Open(DemoWorld demo, EngineOptions options, FaultyBackend backend)
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
}
