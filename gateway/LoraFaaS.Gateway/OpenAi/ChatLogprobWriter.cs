using LoraFaaS.Gateway.OpenAi.Wire;
using LoraFaaS.Protocol.Data;

namespace LoraFaaS.Gateway.OpenAi;

/// <summary>Token log-probabilities in chat's shape.</summary>
internal static class ChatLogprobWriter
{
    public static ChatLogprobs? From(IEnumerable<TokenLogprob> tokens, bool wanted) =>
        wanted ? new ChatLogprobs([.. tokens.Select(ToToken)]) : null;

    private static ChatTokenLogprob ToToken(TokenLogprob token) => new(
        TokenText.Of(token.Token.Span),
        Finite(token.Logprob),
        TokenText.BytesOf(token.Token.Span),
        [.. token.Top.Select(top => new ChatTopLogprob(TokenText.Of(top.Token.Span), Finite(top.Logprob), TokenText.BytesOf(top.Token.Span)))]);

    /// <summary>JSON has no infinity; OpenAI writes -9999 for a token that could not have come.</summary>
    public static float Finite(float logprob) => float.IsFinite(logprob) ? logprob : -9_999f;
}
