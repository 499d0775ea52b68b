"""Which registrations wait for somebody to choose: unlike answers, unlike decisions, a change beside a void."""

from typing import Final

#: A query of their row numbers. Its second half is what `domain.settling.decision_dispute` says, of the few rows that
#: an index holds ready: without the first of the packed decisions (`rows.pack_heads`) and every like one, something is
#: left.
DISPUTED: Final = """SELECT rid FROM registration INDEXED BY registration_in_conflict
    WHERE conflict_count > 0 AND live = 1
    UNION SELECT rid FROM registration INDEXED BY registration_at_odds
    WHERE (instr(decision_heads, ' ') > 0 OR instr(decision_heads, 'void-') > 0) AND state = 'has_issues'
        AND (instr(decision_heads, 'void-') > 0 OR trim(replace(replace(replace(decision_heads,
            rtrim(substr(decision_heads, 1, instr(decision_heads || ' ', ' ') - 1), '+-'), ''), '+', ''), '-', ''))
            <> '')"""
