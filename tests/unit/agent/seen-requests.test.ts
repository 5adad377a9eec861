import { SeenRequests } from '../../../agent/seen-requests';

describe('SeenRequests', () => {
  it('reports a request id as new only the first time', () => {
    const seen = new SeenRequests();
    expect([seen.add('a'), seen.add('b'), seen.add('a')]).toEqual([true, true, false]);
  });

  it('remembers no more ids than its capacity, and forgets the oldest first', () => {
    const seen = new SeenRequests(3);
    for (const id of ['a', 'b', 'c', 'd']) seen.add(id);
    expect(['b', 'c', 'd'].map((id) => seen.add(id))).toEqual([false, false, false]);
    expect(seen.add('a')).toBe(true);
  });
});
