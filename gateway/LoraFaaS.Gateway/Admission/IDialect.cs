using LoraFaaS.Contracts.Errors;

namespace LoraFaaS.Gateway.Admission;

/// <summary>One way of asking: reads a request, has it generated, and renders events and problems as its clients expect them.</summary>
internal interface IDialect
{
    string Name { get; }

    Task HandleAsync(HttpContext context, Invocation invocation);

    /// <summary>Only called while nothing has been sent.</summary>
    Task WriteProblemAsync(HttpContext context, Problem problem);
}
