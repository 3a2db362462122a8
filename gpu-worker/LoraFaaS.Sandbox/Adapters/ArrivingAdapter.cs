using LoraFaaS.Engine.Adapters;
using LoraFaaS.Linux.Memory;
using LoraFaaS.Linux.Synchronization;
using LoraFaaS.Policies.Batching;
using LoraFaaS.Protocol.Arrivals;

namespace LoraFaaS.Sandbox.Adapters;

/// <summary>
/// An adapter that the worker still packs, in memory that we can read and only the worker writes. A prompt may begin on it (<see cref="MayBegin"/>): its step then waits for the layers that are
/// not there when it comes to them, and in the end for the worker's word that it is the adapter that its digest names. See decisions/0006-a-prompt-begins-before-its-adapter-is-whole.md.
/// </summary>
internal sealed class ArrivingAdapter(string digest, SharedPage page, MappedMemory memory, StepPause pause, TimeProvider time) : IAdapterArrival, IDisposable
{
    /// <summary>All that one step waits; it is given up then and run again when everything is there. Others of this sandbox wait as long.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(200);

    /// <summary>A prompt begins when the rest is expected within this: half of the patience, since paces change.</summary>
    private static readonly TimeSpan Longest = Patience / 2;

    /// <summary>After which a waiting step looks whether anybody still wants it.</summary>
    private static readonly TimeSpan Slice = TimeSpan.FromMilliseconds(20);

    /// <summary>A step that has to wait waits for a few layers at once, as shares of the whole: whoever packs has the processors then, and is not driven from them again for the next layer.</summary>
    private const int Stretches = 8;

    private readonly AdapterImage _image = Open(memory);
    private readonly long _begun = time.GetTimestamp();
    private bool _isLate;

    public string Digest => digest;

    public AdapterImage Image => _image;

    /// <summary>In pages that fill as it is used; null: nobody uses it before it is whole.</summary>
    public AdapterHandle? Handle { get; set; }

    /// <summary>Since it was handed over.</summary>
    public TimeSpan Elapsed => time.GetElapsedTime(_begun);

    /// <summary>What steps have waited for it.</summary>
    public TimeSpan Waited { get; private set; }

    /// <summary>Steps may begin on it. Not once one of them was given up: the next begins when all of it is there.</summary>
    public bool IsUsable => Handle is not null && !_isLate && State is not ArrivalState.Lost;

    public ArrivalState State => (ArrivalState)page.Read(ArrivalPages.State);

    /// <summary>At the pace so far the rest comes soon enough.</summary>
    public bool MayBegin => ArrivalPolicy.MayBegin(Content, _image.ContentBytes, time.GetElapsedTime((long)page.ReadLong(ArrivalPages.Begun)), Longest);

    public bool Await(long bytes) => IsThere(bytes) || Wait(() => IsThere(Math.Min(_image.ContentBytes, bytes + (_image.ContentBytes / Stretches))));

    public bool AwaitWhole() => State is ArrivalState.Whole || Wait(() => State is ArrivalState.Whole);

    /// <summary>To be read before what is to be waited for is looked at.</summary>
    public uint Signal => page.Read(ArrivalPages.Signal);

    /// <summary>Returns when something may have changed since <paramref name="signal"/> was read, or after a moment. Any thread.</summary>
    public void Watch(uint signal) => Futex.Wait(new FutexWord(page, ArrivalPages.Signal, signal), Slice);

    /// <summary>Returns when it may be whole or lost, or after a moment: how far it has come concerns only the step that uses it. Any thread.</summary>
    public void WatchEnd() => Futex.Wait(new FutexWord(page, ArrivalPages.State, (uint)ArrivalState.Coming), Slice);

    /// <summary>Nobody reads the image any more.</summary>
    public void Dispose()
    {
        memory.Dispose();
        page.Dispose();
    }

    /// <summary>Of the image's content. The head is there before the adapter is handed over.</summary>
    private long Content => (long)page.ReadLong(ArrivalPages.Bytes) - _image.ContentOffset;

    private bool IsThere(long bytes) => Content >= bytes;

    /// <summary>In the middle of a step: the turn is others' meanwhile.</summary>
    private bool Wait(Func<bool> isThere)
    {
        var begun = time.GetTimestamp();
        pause.Begin();

        while (true)
        {
            var signal = Signal;

            if (isThere())
            {
                break;
            }

            if (State is ArrivalState.Lost || pause.IsOver || Waited + time.GetElapsedTime(begun) > Patience)
            {
                _isLate = true;
                return false;
            }

            Watch(signal);
        }

        Waited += time.GetElapsedTime(begun);
        return pause.TryEnd();
    }

    private static unsafe AdapterImage Open(MappedMemory memory) => AdapterImage.Open((nint)memory.Address, memory.Length);
}
