namespace LoraFaaS.Engine.Grammars.States;

/// <summary>The tokens a state allows: a bitmap that states with the same innermost frames share, and the few tokens that depend on the outer ones.</summary>
/// <param name="Shared">One bit a token.</param>
/// <param name="Escapes">Nodes of the vocabulary's tree below which only a state's outer frames decide; of a shared mask alone.</param>
/// <param name="Extra">Tokens beyond the shared ones.</param>
internal sealed record GrammarMaskBits(ulong[] Shared, int[] Escapes, int[] Extra);
