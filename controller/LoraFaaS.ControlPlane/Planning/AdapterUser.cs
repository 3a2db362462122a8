using LoraFaaS.Contracts.Functions;
using LoraFaaS.ControlPlane.Ports;

namespace LoraFaaS.ControlPlane.Planning;

/// <summary>A revision in use that refers to an adapter. <paramref name="Draining"/>: it has left the split and is kept for a while.</summary>
internal sealed record AdapterUser(FunctionRecord Function, FunctionRevision Revision, bool Draining);
