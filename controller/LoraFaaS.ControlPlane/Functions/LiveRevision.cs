using System.Collections.Immutable;
using LoraFaaS.Contracts.Functions;

namespace LoraFaaS.ControlPlane.Functions;

/// <summary>A revision that gateways know of.</summary>
/// <param name="Percent">Of 100 calls, as many; 0: only those that name it.</param>
/// <param name="Draining">It has left the split and is kept for a while.</param>
public sealed record LiveRevision(FunctionRevision Revision, int Percent, ImmutableArray<string> Tags, bool Draining);
