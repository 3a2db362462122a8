using Google.Protobuf;
using LoraFaaS.Protocol.Data;
using LoraFaaS.Sandbox.Prompts;
using EngineLogprob = LoraFaaS.Engine.Sampling.TokenLogprob;
using WireLogprob = LoraFaaS.Protocol.Data.TokenLogprob;

namespace LoraFaaS.Sandbox.Generation;

/// <summary>Log-probabilities as the wire has them: with the tokens' own bytes.</summary>
internal sealed class LogprobWriter(TextSide text)
{
    /// <summary>A token of which there is no probability: nothing comes before it.</summary>
    public WireLogprob Of(int token) => new() { Token = Bytes(token) };

    public WireLogprob Of(EngineLogprob chosen, ReadOnlySpan<EngineLogprob> top)
    {
        var wire = new WireLogprob { Logprob = chosen.Logprob, Token = Bytes(chosen.Token) };

        foreach (var alternative in top)
        {
            wire.Top.Add(new TopLogprob { Id = alternative.Token, Logprob = alternative.Logprob, Token = Bytes(alternative.Token) });
        }

        return wire;
    }

    private ByteString Bytes(int token) => ByteString.CopyFrom(text.BytesOf(token));
}
