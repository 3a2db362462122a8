namespace LoraFaaS.Contracts.Admin;

/// <summary>The JSON body of an error under <c>/api/v1</c>. (<c>/system</c> and <c>/function</c> answer in plain text, as OpenFaaS does.)</summary>
public sealed record ProblemBody(string Code, string Message, string? Field);
