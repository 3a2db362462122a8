using LoraFaaS.Contracts.Identity;

namespace LoraFaaS.Worker.Handlers;

/// <summary>Whose code a handler runs. A new revision gets a handler of its own, also with the same package: its secrets may differ.</summary>
internal readonly record struct HandlerKey(FunctionId Function, int Revision, Digest Code);
