using LoraFaaS.Contracts.Errors;
using LoraFaaS.Gateway.Admission;
using LoraFaaS.Gateway.Requests;
using Microsoft.Extensions.Options;

namespace LoraFaaS.Gateway.OpenAi;

/// <summary><c>POST /v1/completions</c>.</summary>
internal sealed class TextDialect(CompletionFlow flow, IOptions<GatewayOptions> options) : IDialect
{
    public string Name => "completions";

    public async Task HandleAsync(HttpContext context, Invocation invocation)
    {
        if (await flow.ReadBodyAsync(context, invocation) is not { } body)
        {
            return;
        }

        var (request, problem) = TextRequestParser.Parse(body, options.Value.MaxChoices);

        if (request is null)
        {
            await CompletionFlow.FailAsync(context, invocation, problem!);
            return;
        }

        if (await flow.ResolveAsync(context, invocation, request.Options.Model) is not { } route)
        {
            return;
        }

        var firsts = request.Prompts
            .Select(prompt => GenerateRequestFactory.Create(invocation.CallId, route, prompt, request.Sampling, request.Options.Stream))
            .ToArray();
        var head = CompletionHead.Of("cmpl-", invocation, route, request.Options.Model);

        await flow.GenerateAsync(context, invocation, route, request.Options, firsts, new TextShape(head, request.Options.Logprobs));
    }

    public Task WriteProblemAsync(HttpContext context, Problem problem) => OpenAiErrors.WriteAsync(context, problem);
}
