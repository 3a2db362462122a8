using LoraFaaS.Contracts.Errors;
using LoraFaaS.Gateway.Requests;

namespace LoraFaaS.Gateway.Kserve;

/// <summary>Bytes of <c>/v2/models/NAME/generate</c> to a request, or the problem with the field that causes it.</summary>
internal static class KserveRequestParser
{
    /// <summary>The extension's default, which its clients count on.</summary>
    private const int DefaultMaxTokens = 20;

    public static (KserveRequest? Request, Problem? Problem) Parse(ReadOnlyMemory<byte> body) => JsonBody.Read(body, Read);

    private static KserveRequest? Read(JsonFields fields)
    {
        if (fields.String("text_input") is not { } text)
        {
            fields.Refuse("text_input", "is required");
            return null;
        }

        var parameters = fields.Object("parameters");
        var details = parameters?.Bool("details") ?? false;
        var sampling = parameters is { } given ? SamplingFields.Read(given) : SamplingOverrides.None;

        return new KserveRequest(
            text,
            sampling with { MaxTokens = sampling.MaxTokens ?? DefaultMaxTokens, TopLogprobs = details ? 0 : null },
            details);
    }
}
