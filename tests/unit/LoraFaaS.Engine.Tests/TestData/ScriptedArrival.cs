using LoraFaaS.Engine.Adapters;

namespace LoraFaaS.Engine.Tests.TestData;

/// <summary>An adapter's image that comes as it is asked for, to the byte: what nobody has waited for is not there.</summary>
internal sealed class ScriptedArrival : IAdapterArrival, IDisposable
{
    private readonly NativeBytes _whole;
    private readonly NativeBytes _there;
    private readonly long _comes;

    /// <param name="whole">What comes; this one's to dispose of.</param>
    /// <param name="comes">So much of the content, and no more.</param>
    public ScriptedArrival(NativeBytes whole, long comes = long.MaxValue)
    {
        (_whole, _comes, _there) = (whole, comes, new NativeBytes(whole.Length));
        var head = (int)AdapterImage.Open(whole.Address, whole.Length).ContentOffset;
        _there.Span.Fill(0xFF);
        whole.Span[..head].CopyTo(_there.Span);
        Image = AdapterImage.Open(_there.Address, _there.Length);
    }

    public AdapterImage Image { get; }

    /// <summary>What was asked for, in order.</summary>
    public List<long> Asked { get; } = [];

    public bool Await(long bytes)
    {
        Asked.Add(bytes);

        if (bytes > _comes)
        {
            return false;
        }

        var (from, count) = ((int)Image.ContentOffset, (int)bytes);
        _whole.Span.Slice(from, count).CopyTo(_there.Span[from..]);
        return true;
    }

    public bool AwaitWhole() => Await(Image.ContentBytes);

    /// <summary>What has come is nonsense from now on.</summary>
    public void Forget() => _there.Span.Fill(0xFF);

    public void Dispose()
    {
        _whole.Dispose();
        _there.Dispose();
    }
}
