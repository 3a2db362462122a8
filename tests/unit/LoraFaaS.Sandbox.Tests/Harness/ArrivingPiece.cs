using System.Diagnostics;
using LoraFaaS.Linux.Memory;
using LoraFaaS.Linux.Synchronization;
using LoraFaaS.Protocol.Arrivals;
using LoraFaaS.Protocol.Sandbox;

namespace LoraFaaS.Sandbox.Tests.Harness;

/// <summary>A demo adapter handed to a sandbox while it is still being filled, by the test's own word.</summary>
internal sealed class ArrivingPiece : IDisposable
{
    private readonly SealedMemory _whole;
    private readonly string _adapter;
    private readonly UnsealedMemory _memory;
    private readonly SharedPage _page = SharedPage.Create("arrival");
    private long _there;

    public ArrivingPiece(DemoWorld demo, string adapter)
    {
        (_whole, _adapter, _memory) = (demo.Adapter(adapter), adapter, UnsealedMemory.Create("arriving", demo.Adapter(adapter).Length));
        _memory.CloseToWriters();
        _page.CloseToWriters();
        _page.WriteLong(ArrivalPages.Begun, (ulong)Stopwatch.GetTimestamp());
    }

    public async Task HandOverAsync(WorkerSide worker)
    {
        using var reader = _memory.OpenReader();
        await worker.SendAsync(new ToSandbox { ArrivalPage = new ArrivalPage { AdapterDigest = DemoWorld.DigestOf(_adapter) } }, _page.Descriptor);
        await worker.SendAsync(new ToSandbox { LoadAdapter = new LoadAdapter { AdapterDigest = DemoWorld.DigestOf(_adapter), Bytes = _whole.Length } }, reader);
    }

    /// <summary>So much of it is there from now on.</summary>
    public void Fill(double share)
    {
        using var source = _whole.Map();
        var there = (long)(share * _whole.Length);
        source.Span(_there, (int)(there - _there)).CopyTo(_memory.Memory.Span(_there, (int)(there - _there)));
        _there = there;
        _page.WriteLong(ArrivalPages.Bytes, (ulong)there);
        _page.Ring(ArrivalPages.Signal);
    }

    public void End(ArrivalState state)
    {
        _page.Write(ArrivalPages.State, (uint)state);
        Futex.Wake(_page, ArrivalPages.State);
        _page.Ring(ArrivalPages.Signal);
    }

    public void Dispose()
    {
        _memory.Dispose();
        _page.Dispose();
    }
}
